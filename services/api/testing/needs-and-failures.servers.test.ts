import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { waitingText } from '@holdfast/shared/contracts/words/waiting-texts.ts';
import { KvWaitingBoard } from '@holdfast/shared/jetstream/boards/waiting-board.ts';
import { handleCommand } from '@holdfast/shared/sessions/handle-command.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, configureTask, sessionsPath, startTask } from './api-under-test.ts';
import { placementsIn } from './placements.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let api: ApiClient;
let log: SessionLogForTest;
let board: KvWaitingBoard;
let placements: ReturnType<typeof placementsIn>;

beforeAll(async () => {
  nats = await natsForTest();
  api = await startApiInProcess({ nats: nats.url, database: await apiDatabase() });
  await api.ready();
  log = await sessionLogForTest(nats.url);
  board = await KvWaitingBoard.open(log.nc);
  placements = placementsIn(log.store);
});

const session = async (id: string) => (await api.get(`${sessionsPath}/${id}/`)).body;
const taskOf = (sessionId: string) => sessionId.split('-')[0] ?? '';

describe('labels that a task requires', () => {
  it('are given, changed, and part of the snapshot, its version and what the session says it needs', async () => {
    const taskId = await configureTask(api, 'labelled');
    expect((await api.get(`/api/config/tasks/${taskId}/`)).body.required_labels).toEqual({});
    const versionOfNextStart = async () => {
      const answer = await api.post(`${sessionsPath}/start-task/`, { task_id: taskId });
      await api.post(`${sessionsPath}/${answer.body.session_id}/stop/`);
      return answer.body.config_version;
    };
    expect(await versionOfNextStart()).toBe(1);
    const labels = { site: '一号厂', network: 'plant' };
    const patched = await api.request('PATCH', `/api/config/tasks/${taskId}/`, { required_labels: labels });
    expect(patched).toMatchObject({ status: 200, body: { required_labels: labels, period_ms: 1_000 } });
    expect(await versionOfNextStart()).toBe(2);

    const { body } = await api.get(`${sessionsPath}/${taskId}-2/events/`);
    const needs = { labels, endpoints: ['127.0.0.1:502'] };
    expect(body.results.map((event: { data: unknown }) => event.data)).toMatchObject([{ needs }, { needs }]);
    expect(await log.task(String(taskId))).toMatchObject({ session: { session: { needs } } });

    await api.request('PATCH', `/api/config/tasks/${taskId}/`, { required_labels: {} });
    expect(await versionOfNextStart()).toBe(3);
  });
});

describe('a longest duration of a task', () => {
  const limits = { soft_seconds: 60, hard_seconds: 90 };

  it('is given, changed as a whole and taken away, and is no part of the version of what is read', async () => {
    const taskId = await configureTask(api, 'limited');
    const path = `/api/config/tasks/${taskId}/`;
    const before = await api.get(path);
    expect(before.body.max_duration).toBeNull();
    const patched = await api.request('PATCH', path, { max_duration: limits });
    expect(patched).toMatchObject({ status: 200, body: { max_duration: limits, period_ms: 1_000 } });
    expect(patched.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect((await api.get(path)).headers.get('etag')).toBe(patched.headers.get('etag'));
    const first = await startTask(api, taskId);
    const view = await session(first);
    const after = (seconds: number) => new Date(Date.parse(view.started_at) + seconds * 1_000).toISOString();
    expect(view).toMatchObject({
      config_version: 1,
      soft_limit_at: after(60),
      hard_limit_at: after(90),
      warned_at: null,
      stopped_by: null,
    });
    expect(await log.task(String(taskId))).toMatchObject({
      session: { session: { softLimitAt: after(60), hardLimitAt: after(90) } },
    });
    // The running session keeps its own limits.
    const hardOnly = await api.request('PATCH', path, { max_duration: { hard_seconds: 5 } });
    expect(hardOnly.body.max_duration).toEqual({ soft_seconds: null, hard_seconds: 5 });
    const paused = await api.post(`${sessionsPath}/${first}/pause/`);
    expect(paused.body).toMatchObject({ soft_limit_at: after(60), hard_limit_at: after(90) });
    const stopped = await api.post(`${sessionsPath}/${first}/stop/`, { reason: 'end of shift' });
    expect(stopped.body).toMatchObject({ stop_reason: 'end of shift', hard_limit_at: after(90) });
    expect(stopped.body.stopped_by).toEqual(expect.stringMatching(/./));
    await api.request('PATCH', path, { max_duration: null });
    expect((await api.get(path)).body.max_duration).toBeNull();
    expect(await session(await startTask(api, taskId))).toMatchObject({
      config_version: 1,
      soft_limit_at: null,
      hard_limit_at: null,
    });
  });

  it('that has come shows in the session: when it was warned of, and that the supervisor stopped it', async () => {
    const taskId = await configureTask(api, 'overdue');
    await api.request('PATCH', `/api/config/tasks/${taskId}/`, { max_duration: limits });
    const sessionId = await startTask(api, taskId);
    const warn = async (id: string, time: string) => {
      const warned = { sessionId, taskId: String(taskId), by: 'supervisor', reason: 'time limit' };
      const event = { type: 'session.warned', ...warned, softLimitAt: time } as const;
      const envelope = encodeSessionEvent(event, { id, time, source: '/holdfast/test' });
      const last = await log.store.readLast(subjects.warning(String(taskId)));
      return log.store.append(subjects.warning(String(taskId)), envelope, last?.sequence ?? 0);
    };
    await warn('warn-1', '2026-01-01T08:00:00.000Z');
    await expect
      .poll(() => session(sessionId))
      .toMatchObject({
        status: 'running',
        warned_at: '2026-01-01T08:00:00.000Z',
      });
    const outcome = await handleCommand(
      log.store,
      String(taskId),
      { type: 'StopSession', sessionId, by: 'supervisor', reason: 'time limit' },
      { commandId: 'limit-stop', source: '/holdfast/test', now: '2026-01-01T09:00:00.000Z' },
    );
    expect(outcome.ok).toBe(true);
    // A warning that arrives after the stop means nothing, but stands among the events.
    const crossed = await warn('warn-2', '2026-01-01T09:00:01.000Z');
    const events = async () => (await api.get(`${sessionsPath}/${sessionId}/events/`)).body.results;
    await expect.poll(events).toContainEqual(expect.objectContaining({ sequence: crossed, problem: null }));
    expect(await session(sessionId)).toMatchObject({
      status: 'stopped',
      stopped_at: '2026-01-01T09:00:00.000Z',
      stopped_by: 'supervisor',
      stop_reason: 'time limit',
      warned_at: '2026-01-01T08:00:00.000Z',
    });
    // An operator who comes too late learns that the session is over, and who stopped it.
    const late = await api.post(`${sessionsPath}/${sessionId}/stop/`, { reason: 'end of shift' });
    expect(late).toMatchObject({
      status: 200,
      body: { stopped_by: 'supervisor', stop_reason: 'time limit' },
    });
  });

  it('that has come keeps a session from being taken up after it failed', async () => {
    const outcome = await handleCommand(
      log.store,
      '900',
      {
        type: 'StartSession',
        taskId: '900',
        taskCode: 'of-long-ago',
        configVersion: 1,
        metadata: {},
        maxDuration: { hardSeconds: 60 },
        by: 'li',
        now: '2026-01-01T08:00:00.000Z',
      },
      { commandId: 'long-ago', source: '/holdfast/test', now: '2026-01-01T08:00:00.000Z' },
    );
    expect(outcome.ok).toBe(true);
    await handleCommand(
      log.store,
      '900',
      { type: 'FailSession', sessionId: '900-1', by: 'supervisor', reason: 'refused', cause: 'permanent' },
      { commandId: 'failed-long-ago', source: '/holdfast/test', now: '2026-01-01T08:00:30.000Z' },
    );
    expect(await api.post(`${sessionsPath}/900-1/recover/`)).toMatchObject({
      status: 409,
      body: { code: 'time_limit_reached', hard_limit_at: '2026-01-01T08:01:00.000Z' },
    });
  });
});

describe('a session that waits for a collector', () => {
  it('says why and since when, wherever it is read, until it is placed', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'waits'));
    const detail = 'no collector that is up has the labels site=hall-3';
    const zh = '在线的采集器都没有标签 site=hall-3';
    const lacking = waitingText('no_collector_has_the_labels', { labels: ['site=hall-3'] });
    const notice = { v: 1, session: sessionId, why: 'no_collector', detail: lacking } as const;
    await board.write(taskOf(sessionId), { ...notice, since: new Date().toISOString() });
    await expect.poll(() => session(sessionId)).toMatchObject({ placement: { state: 'waiting', detail } });
    expect((await session(sessionId)).placement.since).toBe((await session(sessionId)).started_at);
    for (const path of [`/?task=waits`, '/active/?limit=500']) {
      const { body } = await api.get(`${sessionsPath}${path}`);
      const view = (body.results ?? body).find(({ id }: { id: string }) => id === sessionId);
      expect(view).toMatchObject({ placement: { state: 'waiting', detail } });
    }
    expect((await api.get(`${sessionsPath}/${sessionId}/status/`)).body).toMatchObject({
      placement: { state: 'waiting', detail },
    });
    const inChinese = await api.raw(`${sessionsPath}/${sessionId}/`, {
      headers: { 'accept-language': 'zh-CN' },
    });
    expect(inChinese.body).toMatchObject({ placement: { state: 'waiting', detail: zh } });
    await placements.assign(sessionId, 'collector-a');
    await board.clear(taskOf(sessionId));
    await expect
      .poll(() => session(sessionId))
      .toMatchObject({ placement: { state: 'placed', collector_id: 'collector-a' } });
  });

  it('does not follow from a notice about an earlier run, nor from one that an assignment has overtaken', async () => {
    const taskId = await configureTask(api, 'overtaken');
    const other = await startTask(api, await configureTask(api, 'marker'));
    const sessionId = await startTask(api, taskId);
    const stale = {
      v: 1,
      why: 'no_collector',
      detail: quoted('stale'),
      since: '2020-01-01T00:00:00.000Z',
    } as const;
    await board.write(String(taskId), { ...stale, session: `${taskId}-9` });
    await board.write(taskOf(other), { ...stale, session: other, detail: quoted('seen') });
    await expect.poll(() => session(other)).toMatchObject({ placement: { detail: 'seen' } });
    expect(await session(sessionId)).toMatchObject({ placement: { detail: 'waiting for a collector' } });
    await board.write(String(taskId), { ...stale, session: sessionId });
    await placements.assign(sessionId, 'collector-a');
    await expect.poll(() => session(sessionId)).toMatchObject({ placement: { state: 'placed' } });
  });

  it('waits also when it was placed and its collector is gone, and goes on saying so without the broker', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'orphaned'));
    await placements.assign(sessionId, 'collector-a');
    const since = new Date().toISOString();
    const detail = waitingText('no_collector_is_up');
    const notice = { v: 1, session: sessionId, why: 'no_collector', detail } as const;
    await board.write(taskOf(sessionId), { ...notice, since });
    const waits = { state: 'waiting', detail: 'no collector is up', collector_id: null, since };
    await expect.poll(() => session(sessionId)).toMatchObject({ status: 'running', placement: waits });
    await nats.stop();
    expect(await session(sessionId)).toMatchObject({ placement: waits });
    await nats.restart();
    await api.ready();
    // The bucket was in memory, so a reason that the broker has forgotten no longer counts.
    await expect.poll(() => session(sessionId)).toMatchObject({ placement: { state: 'placed' } });
    // The following tests write through their own connection, which needs time to reconnect as well.
    await eventually(() => log.nc.rtt().then(() => true), { what: 'the connection of the test' });
  });
});

describe('a session that has failed', () => {
  let commands = 0;
  const fail = async (sessionId: string, cause: 'passing' | 'permanent', time: string) => {
    commands += 1;
    const outcome = await handleCommand(
      log.store,
      taskOf(sessionId),
      { type: 'FailSession', sessionId, by: 'supervisor', reason: 'refused three times', cause },
      { commandId: `fail-${commands}`, source: '/holdfast/test', now: time },
    );
    if (!outcome.ok) throw new Error(outcome.refusal.code);
    await expect.poll(() => session(sessionId)).toMatchObject({ status: 'error' });
  };

  it('for a passing cause says when it is tried again, until it is stopped', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'passing'));
    await fail(sessionId, 'passing', '2026-01-01T08:00:00.000Z');
    expect(await session(sessionId)).toMatchObject({
      error_message: 'refused three times',
      error_cause: 'passing',
      next_try_at: '2026-01-01T08:00:10.000Z',
    });
    expect(await api.request('DELETE', `/api/config/tasks/${taskOf(sessionId)}/`)).toMatchObject({
      status: 409,
      body: { referenced_by: { active_sessions: [sessionId] } },
    });
    const stopped = await api.post(`${sessionsPath}/${sessionId}/stop/`, { reason: 'enough' });
    expect(stopped).toMatchObject({
      status: 200,
      body: {
        status: 'stopped',
        error_cause: null,
        next_try_at: null,
        detail: expect.stringContaining('stopped'),
      },
    });
    expect((await api.request('DELETE', `/api/config/tasks/${taskOf(sessionId)}/`)).status).toBe(204);
  });

  it('counts the tries of the supervisor in what it says about the next one', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'tried'));
    await fail(sessionId, 'passing', '2026-01-01T08:00:00.000Z');
    const { session: state, lastLifecycle } = await log.task(taskOf(sessionId));
    if (state.status !== 'error') throw new Error(state.status);
    const again = {
      type: 'session.resumed',
      ...state.session,
      by: 's',
      reason: 'restart',
      attempt: 2,
    } as const;
    const metadata = { id: 'try-2', time: '2026-01-01T08:01:00.000Z', source: '/holdfast/test' };
    await log.store.append(
      subjects.lifecycle(taskOf(sessionId)),
      encodeSessionEvent(again, metadata),
      lastLifecycle,
    );
    await expect
      .poll(() => session(sessionId))
      .toMatchObject({
        status: 'running',
        error_cause: null,
        placement: { detail: 'tried again after a failure; waiting for a collector' },
      });
    await fail(sessionId, 'passing', '2026-01-01T09:00:00.000Z');
    // The next try comes 2² + 2 minutes after the failure.
    expect(await session(sessionId)).toMatchObject({ next_try_at: '2026-01-01T09:06:00.000Z' });
  });

  it('for good is taken up again by recover, which refusals of other commands point to', async () => {
    const taskId = await configureTask(api, 'permanent');
    const sessionId = await startTask(api, taskId);
    await fail(sessionId, 'permanent', '2026-01-01T08:00:00.000Z');
    expect(await session(sessionId)).toMatchObject({ error_cause: 'permanent', next_try_at: null });
    const refused = await api.post(`${sessionsPath}/${sessionId}/resume/`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'session_ended', session_status: 'error' } });
    expect(refused.body.detail).toContain(`${sessionId}/recover/`);
    const recovered = await api.post(`${sessionsPath}/${sessionId}/recover/`);
    expect(recovered).toMatchObject({
      status: 200,
      body: { status: 'running', stopped_at: null, error_message: null, error_cause: null },
    });
    expect((await api.post(`${sessionsPath}/start-task/`, { task_id: taskId })).status).toBe(409);
  });

  it('is tried no more once a later run has followed it', async () => {
    const taskId = await configureTask(api, 'followed');
    const sessionId = await startTask(api, taskId);
    await fail(sessionId, 'passing', '2026-01-01T08:00:00.000Z');
    const next = await startTask(api, taskId);
    expect(await session(sessionId)).toMatchObject({ error_cause: 'passing', next_try_at: null });
    await api.post(`${sessionsPath}/${next}/stop/`);
    expect((await api.request('DELETE', `/api/config/tasks/${taskId}/`)).status).toBe(204);
  });
});
