import type { DemoView, OfferedDemo } from '@holdfast/shared/contracts/http/demo-http.ts';
import type { StartedTask } from '@holdfast/shared/contracts/http/session-http.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { ProblemText } from '../parts/problem-text.tsx';
import { tryDevice } from './first-run-queries.ts';
import { useFirstRunTexts } from './texts.ts';

/** Starts the demo by one button, where its simulator runs; elsewhere says how to get it. */
export function DemoOffer() {
  const { t } = useFirstRunTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: ['configuration', 'demo'],
    queryFn: () => api.get<DemoView>('/api/config/demo/'),
  });
  const demo = data?.configuration;
  const load = useMutation({
    mutationFn: async () => (demo ? loadDemo(demo) : undefined),
    onSuccess: async (session) => {
      await Promise.all(
        ['configuration', 'sessions', 'tasks'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      );
      if (typeof session === 'string') void navigate({ to: '/sessions', search: { session } });
    },
  });
  if (data === undefined) return null;
  const silentAddress = typeof load.data === 'object' ? load.data : undefined;
  return (
    <section className="first-demo" aria-labelledby="first-demo-title">
      <h2 id="first-demo-title">{t('first.demo')}</h2>
      {demo ? (
        <>
          <p>{t('first.demo.text', { points: demo.points.length })}</p>
          <div className="schema-actions">
            <Button className="button" isDisabled={load.isPending} onPress={() => load.mutate()}>
              {t(load.isPending ? 'first.demo.doing' : 'first.demo.do')}
            </Button>
          </div>
          {silentAddress && (
            <p className="first-bad" role="alert">
              {t('first.demo.silent', { where: silentAddress.where, detail: silentAddress.detail })}
            </p>
          )}
          {load.error && <ProblemText title={t('first.start.refused')} error={load.error} />}
        </>
      ) : (
        <p className="quiet">{t('first.demo.none')}</p>
      )}
    </section>
  );
}

/** A simulated machine that does not answer, and why. */
interface SilentDemo {
  readonly where: string;
  readonly detail: string;
}

/**
 * Makes the demo by ordinary calls of the API, and starts it. Existing parts stay as they are, so that an interrupted run
 * can be continued. Nothing is made while its first machine does not answer.
 */
async function loadDemo({ sites, devices, points, tasks }: OfferedDemo): Promise<string | SilentDemo> {
  const [first] = devices;
  if (first !== undefined) {
    const { site_code: _, ...device } = first;
    const { answers, detail } = await tryDevice(device);
    if (!answers) return { where: `${device.host}:${device.port}`, detail };
  }
  const siteIds = await ensureRow('site', sites);
  const bodies = devices.map(({ site_code, ...device }) => ({ ...device, site_id: siteIds.get(site_code) }));
  const deviceIds = await ensureRow('device', bodies);
  for (const [code, device_id] of deviceIds) {
    const [there] = await api.list('/api/config/points/', { device_id }, 1);
    if (there !== undefined) continue;
    const own = points
      .filter((point) => point.device_code === code)
      .map(({ device_code: _, ...point }) => ({ ...point, device_id }));
    await api.command('/api/config/points/', own);
  }
  const taskIds = await ensureRow(
    'task',
    tasks.map(({ device_codes, ...task }) => ({
      ...task,
      device_ids: device_codes.map((code) => deviceIds.get(code)),
    })),
  );
  const [task_id] = taskIds.values();
  const { session_id } = await api.command<StartedTask>('/api/acquisition/sessions/start-task/', { task_id });
  return session_id;
}

/** Ids by code, of existing things and of those that are made. */
async function ensureRow(
  kind: 'site' | 'device' | 'task',
  bodies: readonly { readonly code: string }[],
): Promise<ReadonlyMap<string, number>> {
  const ids = new Map<string, number>();
  for (const body of bodies) {
    const path = `/api/config/${kind}s/`;
    const [there] = await api.list(path, { code: body.code }, 1);
    const row = there ?? (await api.command<{ readonly id: number }>(path, body));
    ids.set(body.code, Number(row.id));
  }
  return ids;
}
