import type { TaskView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceDetail } from '@holdfast/shared/contracts/http/device-http.ts';
import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import type { StartedTask } from '@holdfast/shared/contracts/http/session-http.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { ProblemText } from '../parts/problem-text.tsx';
import { durationText } from '../time/duration.ts';
import { useActiveSessions, useDevice, usePoints, useTasks } from './first-run-queries.ts';
import { useFirstRunSearch } from './first-run-search.ts';
import { FirstValues } from './first-values.tsx';
import { noRefusal, refusalOf } from './refusals.ts';
import { useFirstRunTexts } from './texts.ts';

const periodsMs = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000];

/** The third step: a task that reads the device, its start, and the first values as they come. */
export function StartStep({ id }: { id: number }) {
  const { t } = useFirstRunTexts();
  const { session } = useFirstRunSearch();
  const device = useDevice(id);
  const points = usePoints(id);
  const tasks = useTasks();
  const active = useActiveSessions();
  const error = device.error ?? points.error ?? tasks.error ?? active.error;
  if (!device.data || !points.data || !tasks.data || !active.data) {
    if (!error) return <p className="quiet">{t('app.loading')}</p>;
    return (
      <>
        <ProblemText title={t('first.failed')} error={error} />
        <Link to="/first-run">{t('first.again')}</Link>
      </>
    );
  }
  if (session !== undefined)
    return <FirstValues session={session} device={device.data} points={points.data} />;
  const running = new Map(active.data.map((each) => [each.task_id, each.id]));
  return <StartForm device={device.data} points={points.data} tasks={tasks.data} running={running} />;
}

interface StartProps {
  readonly device: DeviceDetail;
  readonly points: readonly PointView[];
  readonly tasks: readonly TaskView[];
  readonly running: ReadonlyMap<number, string>;
}

function StartForm({ device, points, tasks, running }: StartProps) {
  const { t } = useFirstRunTexts();
  const { task: taskBefore } = useFirstRunSearch();
  const navigate = useNavigate({ from: '/first-run' });
  const queries = useQueryClient();
  const id = useId();
  const own =
    tasks.find((each) => each.id === taskBefore) ??
    tasks.find(({ device_ids }) => device_ids.includes(device.id));
  const [taskId, setTaskId] = useState(own?.id);
  const [code, setCode] = useState(() => freeCode(device.code, tasks));
  const [periodMs, setPeriodMs] = useState(own?.period_ms ?? 1_000);
  const [refusal, setRefusal] = useState(noRefusal);
  const [joinedTask, setJoinedTask] = useState<TaskView>();
  const chosenTask = tasks.find((each) => each.id === taskId);
  const isRunning = chosenTask !== undefined && running.has(chosenTask.id);

  const start = useMutation({
    mutationFn: async () => {
      const task = await withDevice(chosenTask, { device, code, periodMs });
      if (running.has(task.id)) return { task, started: undefined };
      // A user who reloads the page continues with this task and makes no second one.
      await navigate({ search: (before) => ({ ...before, task: task.id }), replace: true });
      setTaskId(task.id);
      const startedTask = await api.command<StartedTask>('/api/acquisition/sessions/start-task/', {
        task_id: task.id,
      });
      return { task, started: startedTask };
    },
    onMutate: () => setRefusal(noRefusal),
    onSuccess: ({ task, started: startedTask }) => {
      if (startedTask === undefined) setJoinedTask(task);
      else
        void navigate({
          search: (before) => ({ ...before, task: task.id, session: startedTask.session_id }),
        });
    },
    onError: (error) => setRefusal(refusalOf(error, '', (field) => field === 'code')),
    onSettled: () =>
      Promise.all(
        ['configuration', 'sessions', 'tasks'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      ),
  });
  if (joinedTask !== undefined) {
    return (
      <section className="first-section" aria-live="polite">
        <p>{t('first.start.added', { device: device.code, task: joinedTask.code })}</p>
        <div className="schema-actions">
          <Link to="/sessions" search={{ session: running.get(joinedTask.id) }} className="button is-main">
            {t('first.start.sessions')}
          </Link>
          <Link to="/first-run" className="button">
            {t('first.again')}
          </Link>
        </div>
      </section>
    );
  }
  const codeFault = refusal.fields.get('code');
  return (
    <form
      className="first-section first-start"
      onSubmit={(event) => {
        event.preventDefault();
        if (!start.isPending) start.mutate();
      }}
    >
      <h2>{t('first.start.title', { device: device.name || device.code })}</h2>
      <p className="first-what">{t('first.start.what', { count: points.length })}</p>
      {tasks.length > 0 && (
        <label className="labelled">
          {t('first.start.task')}
          <select
            className="choice"
            value={taskId ?? ''}
            onChange={({ target }) => setTaskId(target.value === '' ? undefined : Number(target.value))}
          >
            <option value="">{t('first.start.task.new')}</option>
            {tasks.map((each) => (
              <option key={each.id} value={each.id}>
                {running.has(each.id)
                  ? t('first.start.task.running', { task: each.name || each.code })
                  : each.name || each.code}
              </option>
            ))}
          </select>
          <span className="small quiet">{t('first.start.task.help')}</span>
        </label>
      )}
      {chosenTask === undefined && (
        <div className="labelled">
          <label htmlFor={`${id}code`}>{t('first.start.task.code')}</label>
          <input
            id={`${id}code`}
            className="field"
            value={code}
            maxLength={128}
            required
            aria-invalid={codeFault !== undefined}
            aria-describedby={codeFault === undefined ? `${id}help` : `${id}fault`}
            onChange={({ target }) => setCode(target.value)}
          />
          {tasks.length === 0 && (
            <span id={`${id}help`} className="small quiet">
              {t('first.start.task.help')}
            </span>
          )}
          {codeFault !== undefined && (
            <span id={`${id}fault`} className="small schema-fault">
              {codeFault}
            </span>
          )}
        </div>
      )}
      {chosenTask === undefined && (
        <label className="labelled">
          {t('first.start.period')}
          <select
            className="choice"
            value={periodMs}
            onChange={({ target }) => setPeriodMs(Number(target.value))}
          >
            {periodsMs.map((each) => (
              <option key={each} value={each}>
                {durationText(t, each / 1_000)}
              </option>
            ))}
          </select>
          <span className="small quiet">{t('first.start.period.help')}</span>
        </label>
      )}
      {refusal.whole && <ProblemText title={t('first.start.refused')} error={refusal.whole} />}
      <div className="schema-actions">
        <Button className="button is-main" type="submit" isDisabled={start.isPending}>
          {start.isPending
            ? t('state.starting')
            : isRunning
              ? t('first.start.add', { task: chosenTask.code })
              : t('first.start.do')}
        </Button>
      </div>
    </form>
  );
}

/** The chosen task with the device added, or a new task of this device alone. */
async function withDevice(
  chosenTask: TaskView | undefined,
  {
    device,
    code,
    periodMs,
  }: { readonly device: DeviceDetail; readonly code: string; readonly periodMs: number },
): Promise<TaskView> {
  if (chosenTask === undefined) {
    return api.command<TaskView>('/api/config/tasks/', {
      code: code.trim(),
      period_ms: periodMs,
      device_ids: [device.id],
    });
  }
  if (chosenTask.device_ids.includes(device.id)) return chosenTask;
  return api.patch<TaskView>(`/api/config/tasks/${chosenTask.id}/`, {
    device_ids: [...chosenTask.device_ids, device.id],
  });
}

function freeCode(code: string, tasks: readonly TaskView[]): string {
  const codes = new Set(tasks.map((each) => each.code));
  for (let number = 2; codes.has(code) || number > 2; number += 1) {
    const next = `${code}-${number}`;
    if (!codes.has(next)) return next;
  }
  return code;
}
