import type { OfferedDemo } from '@holdfast/shared/contracts/http/demo-http.ts';
import type { StartedTask } from '@holdfast/shared/contracts/http/session-http.ts';
import { api } from '../api/api.ts';
import { tryDevice } from './first-run-queries.ts';

/** A simulated machine that does not answer, and why. */
export interface SilentDemo {
  readonly where: string;
  readonly detail: string;
}

/**
 * Makes the demo by ordinary calls of the API, and starts it. Existing parts stay as they are, so that an interrupted run
 * can be continued. Nothing is made while its first machine does not answer.
 */
export async function loadDemo({ sites, devices, points, tasks }: OfferedDemo): Promise<string | SilentDemo> {
  const [first] = devices;
  if (first !== undefined) {
    const { site_code: _, ...device } = first;
    const { answers, detail } = await tryDevice(device);
    if (!answers) return { where: `${device.host}:${device.port}`, detail };
  }
  const siteIds = await made('site', sites);
  const bodies = devices.map(({ site_code, ...device }) => ({ ...device, site_id: siteIds.get(site_code) }));
  const deviceIds = await made('device', bodies);
  for (const [code, device_id] of deviceIds) {
    const [there] = await api.list('/api/config/points/', { device_id }, 1);
    if (there !== undefined) continue;
    const own = points
      .filter((point) => point.device_code === code)
      .map(({ device_code: _, ...point }) => ({ ...point, device_id }));
    await api.command('/api/config/points/', own);
  }
  const taskIds = await made(
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
async function made(
  kind: 'site' | 'device' | 'task',
  bodies: readonly { readonly code: string }[],
): Promise<ReadonlyMap<string, number>> {
  const ids = new Map<string, number>();
  for (const body of bodies) {
    const path = `/api/config/${kind}s/`;
    const [there] = await api.list(path, { code: body.code }, 1);
    const found = there ?? (await api.command<{ readonly id: number }>(path, body));
    ids.set(body.code, Number(found.id));
  }
  return ids;
}
