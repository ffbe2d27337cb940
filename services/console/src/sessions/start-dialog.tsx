import type { SiteView, TaskView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceView } from '@holdfast/shared/contracts/http/device-http.ts';
import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { highestRole, roleAt } from '../api/me.ts';
import { Overlay } from '../parts/overlay.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { useMayEverywhere, useWhyNot } from '../parts/role-note.tsx';
import { durationText } from '../time/duration.ts';
import { useCommands } from './commands.tsx';
import { useStartTexts } from './start-texts.ts';

const checks = ['skip', 'warn', 'strict'] as const;

/** Starts a session of a task; a task that already has one is shown as such. */
export default function StartDialog({ onClose }: { onClose: () => void }) {
  const { t } = useStartTexts();
  const { start } = useCommands();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery({
    queryKey: ['tasks', 'startable'],
    queryFn: readTasks,
    staleTime: 0,
  });
  const [chosenIndex, setChosenIndex] = useState<number>();
  const [check, setCheck] = useState<(typeof checks)[number]>('skip');
  const [isSent, setSent] = useState(false);
  const mayEverywhere = useMayEverywhere('operator');
  const { data: siteOf } = useQuery({
    queryKey: ['devices', 'sites'],
    queryFn: readSiteOfDevices,
    enabled: !mayEverywhere,
    staleTime: 0,
  });
  const tasks = data ?? [];
  const startableTasks = tasks.filter(({ session, task }) => session === undefined && task.enabled);
  const task = startableTasks.find(
    (each) => each.task.id === (chosenIndex ?? startableTasks[0]?.task.id),
  )?.task;
  const whyNot = useWhyNot('operator', (me) =>
    // Until the sites of its devices are known, the highest role counts, and the API judges.
    siteOf && task ? roleAt(me, task.device_ids.map(siteOf)) : highestRole(me),
  );
  const send = async () => {
    if (task === undefined || isSent || whyNot !== undefined) return;
    setSent(true);
    const startedTask = await start(task, check);
    setSent(false);
    if (startedTask === undefined) return;
    onClose();
    void navigate({
      to: '/sessions',
      search: (before) => ({ ...before, show: 'all' as const, session: startedTask.session_id }),
    });
  };
  return (
    <Overlay title={t('start.title')} onClose={onClose}>
      {error && <ProblemText title={t('sessions.failed')} error={error} again={() => void refetch()} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {data && startableTasks.length === 0 && <p>{t('start.task.none')}</p>}
        <fieldset className="options">
          <legend className="heard">{t('start.task')}</legend>
          {tasks.map(({ task: each, session }) => (
            <label key={each.id} className="option">
              <input
                type="radio"
                name="task"
                disabled={session !== undefined || !each.enabled}
                checked={each.id === task?.id}
                onChange={() => setChosenIndex(each.id)}
              />
              <span>{each.name || each.code}</span>
              <small>
                {each.name && each.name !== each.code ? `${each.code} · ` : ''}
                {session !== undefined
                  ? `${session} ${t('start.task.running')}`
                  : each.enabled
                    ? t('start.task.devices', {
                        count: each.device_ids.length,
                        period: durationText(t, each.period_ms / 1_000),
                      })
                    : t('start.task.disabled')}
              </small>
            </label>
          ))}
        </fieldset>
        <label className="labelled">
          {t('start.check')}
          <select
            className="choice"
            value={check}
            onChange={({ target }) => setCheck(target.value as typeof check)}
          >
            {checks.map((each) => (
              <option key={each} value={each}>
                {t(`start.check.${each}`)}
              </option>
            ))}
          </select>
        </label>
        {whyNot !== undefined && <p className="quiet small">{whyNot}</p>}
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <Button
            className="button is-main"
            type="submit"
            isDisabled={task === undefined || isSent || whyNot !== undefined}
          >
            {isSent ? t('state.starting') : t('start.do')}
          </Button>
        </div>
      </form>
    </Overlay>
  );
}

async function readTasks(): Promise<{ readonly task: TaskView; readonly session: string | undefined }[]> {
  const [tasks, active] = await Promise.all([
    api.list('/api/config/tasks/', {}, 2_000) as Promise<unknown> as Promise<TaskView[]>,
    api.get<SessionView[]>('/api/acquisition/sessions/active/', { status: 'running,paused' }),
  ]);
  const bySession = new Map(active.map(({ task_id, id }) => [task_id, id]));
  return tasks.map((task) => ({ task, session: bySession.get(task.id) }));
}

/** Reads the sites of devices: the code by the device's id, empty where it has none. */
async function readSiteOfDevices(): Promise<(device: number) => string> {
  const [sites, devices] = await Promise.all([
    api.list('/api/config/sites/', {}, Number.POSITIVE_INFINITY) as Promise<unknown> as Promise<SiteView[]>,
    api.list('/api/config/devices/', {}, Number.POSITIVE_INFINITY) as Promise<unknown> as Promise<
      DeviceView[]
    >,
  ]);
  const codes = new Map(sites.map(({ id, code }) => [id, code]));
  const siteIds = new Map(devices.map(({ id, site_id }) => [id, site_id]));
  return (device) => codes.get(siteIds.get(device) ?? 0) ?? '';
}
