import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, configureTask, sessionsPath, startTask } from './api-under-test.ts';
import { placementsIn } from './placements.ts';

let api: ApiClient;
let log: SessionLogForTest;
let placements: ReturnType<typeof placementsIn>;

beforeAll(async () => {
  const nats = await natsForTest();
  api = await startApiInProcess({ nats: nats.url, database: await apiDatabase() });
  await api.ready();
  log = await sessionLogForTest(nats.url);
  placements = placementsIn(log.store);
});

describe('a task that is started', () => {
  it('is answered with its session, which every read shows at once', async () => {
    const taskId = await configureTask(api, 'started');
    const answer = await api.post(`${sessionsPath}/start-task/`, {
      task_id: taskId,
      metadata: { shift: '早班' },
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      session_id: `${taskId}-1`,
      task_code: 'started',
      status: 'running',
      config_version: 1,
      detail: `Session ${taskId}-1 of task started is started.`,
      validation: null,
    });
    expect(answer.headers.get('location')).toBe(`${sessionsPath}/${taskId}-1/`);
    const { status, body } = await api.get(`${sessionsPath}/${taskId}-1/`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: `${taskId}-1`,
      task_id: taskId,
      task_code: 'started',
      task_name: 'Task started',
      status: 'running',
      stopped_at: null,
      duration_seconds: expect.any(Number),
      collector_id: null,
      epoch: null,
      error_message: null,
      placement: { state: 'waiting', collector_id: null, epoch: null },
      metadata: { shift: '早班' },
    });
  });

  it('leaves its configuration in TASK_CONFIGS, and a new version only when it has changed', async () => {
    const taskId = await configureTask(api, 'versions');
    const versionOfNextStart = async () => {
      const answer = await api.post(`${sessionsPath}/start-task/`, { task_id: String(taskId) });
      await api.post(`${sessionsPath}/${answer.body.session_id}/stop/`);
      return answer.body.config_version;
    };
    expect(await versionOfNextStart()).toBe(1);
    expect(await versionOfNextStart()).toBe(1);
    await api.request('PATCH', `/api/config/tasks/${taskId}/`, { period_ms: 2_000 });
    expect(await versionOfNextStart()).toBe(2);
  });

  it('is refused while it has an active session, and the answer names that session', async () => {
    const taskId = await configureTask(api, 'twice');
    const sessionId = await startTask(api, taskId);
    const again = await api.post(`${sessionsPath}/start-task/`, { task_id: taskId });
    expect(again.status).toBe(409);
    expect(again.headers.get('content-type')).toContain('application/problem+json');
    expect(again.body).toMatchObject({ code: 'task_already_active', session_id: sessionId, status: 409 });
  });

  it('is refused when there is nothing to read, with what to do about it', async () => {
    const { body: empty } = await api.post('/api/config/tasks/', { code: 'empty', period_ms: 1_000 });
    const refused = await api.post(`${sessionsPath}/start-task/`, { task_id: empty.id });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ code: 'task_without_devices' });
    expect(refused.body.detail).toBe(
      'Task empty has no enabled device. Give it some, or enable those that it has.',
    );

    const taskId = await configureTask(api, 'off');
    await api.request('PATCH', `/api/config/tasks/${taskId}/`, { enabled: false });
    expect((await api.post(`${sessionsPath}/start-task/`, { task_id: taskId })).body).toMatchObject({
      status: 422,
      code: 'task_disabled',
    });
    expect((await api.post(`${sessionsPath}/start-task/`, { task_id: 999_999 })).body).toMatchObject({
      status: 404,
      code: 'task_not_found',
    });
  });
});

describe('commands on a session', () => {
  it('pause, resume and stop it, with and without a trailing slash and a body', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'commanded'));
    const paused = await api.post(`${sessionsPath}/${sessionId}/pause`, { reason: 'cleaning' });
    expect(paused).toMatchObject({ status: 200, body: { id: sessionId, status: 'paused', placement: null } });
    const resumed = await api.post(`${sessionsPath}/${sessionId}/resume/`);
    expect(resumed).toMatchObject({ status: 200, body: { status: 'running' } });
    const stopped = await api.raw(`${sessionsPath}/${sessionId}/stop/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(stopped).toMatchObject({
      status: 200,
      body: { id: sessionId, status: 'stopped', stopped_at: expect.any(String) },
    });
    const { body } = await api.get(`${sessionsPath}/${sessionId}/events/`);
    expect(body.results.map((event: { type: string }) => event.type)).toEqual([
      'session.started',
      'session.paused',
      'session.resumed',
      'session.stopped',
    ]);
    expect(body.results[1]).toMatchObject({
      session_id: sessionId,
      source: '/holdfast/api',
      data: { reason: 'cleaning', by: 'api' },
      problem: null,
    });
  });

  it('that find nothing to do are answered with 200 and store nothing', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'idempotent'));
    await api.post(`${sessionsPath}/${sessionId}/stop/`);
    const before = (await log.events()).length;
    const again = await api.post(`${sessionsPath}/${sessionId}/stop/`, { reason: 'once more' });
    expect(again).toMatchObject({
      status: 200,
      body: { status: 'stopped', detail: `Session ${sessionId} was over already.` },
    });
    expect(await log.events()).toHaveLength(before);
  });

  it('answer for the session that they name, also when a later one of the task runs', async () => {
    const taskId = await configureTask(api, 'rerun');
    const first = await startTask(api, taskId);
    await api.post(`${sessionsPath}/${first}/stop/`);
    const second = await startTask(api, taskId);
    expect(await api.post(`${sessionsPath}/${first}/stop/`)).toMatchObject({
      status: 200,
      body: { id: first, status: 'stopped' },
    });
    expect((await api.get(`${sessionsPath}/${second}/`)).body.status).toBe('running');
  });

  it('are refused with a code when the session is over or unknown', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'over'));
    await api.post(`${sessionsPath}/${sessionId}/stop/`);
    expect(await api.post(`${sessionsPath}/${sessionId}/resume/`)).toMatchObject({
      status: 409,
      body: { code: 'session_ended', session_id: sessionId },
    });
    for (const unknown of ['no-such', '999999-1', `${sessionId}9`, '%00', '1-1-1']) {
      expect(await api.post(`${sessionsPath}/${unknown}/stop/`)).toMatchObject({
        status: 404,
        body: { code: 'session_not_found' },
      });
      expect((await api.get(`${sessionsPath}/${unknown}/`)).status).toBe(404);
    }
  });

  it.each([
    ['li.wei', Buffer.from('li.wei')],
    ['李伟', Buffer.from('李伟')],
    ['José', Buffer.from('José')],
    // Some clients, such as fetch, can only send ISO 8859-1.
    ['José', Buffer.from('José', 'latin1')],
  ])('say who asked, when the caller says so: %s', async (name, bytes) => {
    const sessionId = await startTask(api, await configureTask(api, `operator-${bytes.toString('hex')}`));
    const header = bytes.toString('latin1');
    await api.post(`${sessionsPath}/${sessionId}/stop/`, undefined, { 'x-operator': header });
    const { body } = await api.get(`${sessionsPath}/${sessionId}/events/`);
    expect(body.results.at(-1).data.by).toBe(name);
  });
});

describe('a placement by the supervisor', () => {
  it('shows with collector and epoch, and is over with a pause', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'placed'));
    const epoch = await placements.assign(sessionId, 'collector-a');
    await expect
      .poll(async () => (await api.get(`${sessionsPath}/${sessionId}/`)).body)
      .toMatchObject({
        collector_id: 'collector-a',
        epoch,
        placement: { state: 'placed', collector_id: 'collector-a', epoch },
      });
    // There is nothing to recover, since the session is placed.
    expect((await api.post(`${sessionsPath}/${sessionId}/recover/`)).body.epoch).toBe(epoch);
    const { body } = await api.post(`${sessionsPath}/${sessionId}/pause/`);
    expect(body).toMatchObject({ status: 'paused', collector_id: null, epoch: null, placement: null });
  });

  it('that was withheld after a restart is shown as awaiting recovery until it is asked for', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'awaiting'));
    const epoch = await placements.assign(sessionId, 'collector-a');
    await placements.withhold(sessionId, 'collector-a', epoch);
    await expect
      .poll(async () => (await api.get(`${sessionsPath}/${sessionId}/`)).body.placement)
      .toMatchObject({ state: 'awaiting_recovery', collector_id: null });
    const recovered = await api.post(`${sessionsPath}/${sessionId}/recover/`);
    expect(recovered).toMatchObject({
      status: 200,
      body: { status: 'running', placement: { state: 'waiting' } },
    });
  });
});

describe('lists of sessions', () => {
  it('come newest first, in pages, narrowed by status and task', async () => {
    const taskId = await configureTask(api, 'listed');
    const ids: string[] = [];
    for (let run = 0; run < 3; run += 1) {
      const id = await startTask(api, taskId);
      ids.unshift(id);
      if (run < 2) await api.post(`${sessionsPath}/${id}/stop/`);
    }
    const idsOf = (answer: { body: { results: { id: string }[] } }) =>
      answer.body.results.map(({ id }) => id);

    const first = await api.get(`${sessionsPath}/?task=listed&limit=2`);
    expect(idsOf(first)).toEqual(ids.slice(0, 2));
    const second = await api.get(`${sessionsPath}/?task=listed&limit=2&cursor=${first.body.next_cursor}`);
    expect(idsOf(second)).toEqual(ids.slice(2));
    expect(second.body.next_cursor).toBeNull();

    expect(idsOf(await api.get(`${sessionsPath}?task=${taskId}&status=stopped,error`))).toEqual(ids.slice(1));
    expect(idsOf(await api.get(`${sessionsPath}?task=&status=&limit=3`))).toEqual(ids);
  });

  it('of those that run are a bare array of all of them, and of the paused ones where these are asked for', async () => {
    const started: string[] = [];
    for (const code of ['active-1', 'active-2', 'active-3'])
      started.unshift(await startTask(api, await configureTask(api, code)));
    const [third = '', second = '', first = ''] = started;
    await api.post(`${sessionsPath}/${second}/pause/`);
    const active = async (query = '') => {
      const { status, headers, body } = await api.get(`${sessionsPath}/active/${query}`);
      expect(status).toBe(200);
      return { ids: body.map(({ id }: { id: string }) => id), link: headers.get('link') };
    };

    const all = await active();
    expect(all.link).toBeNull();
    expect(all.ids.slice(0, 2)).toEqual([third, first]);
    const { body: running } = await api.get(`${sessionsPath}/?status=running&limit=500`);
    expect(all.ids).toEqual(running.results.map(({ id }: { id: string }) => id));
    expect((await active('?status=paused')).ids[0]).toBe(second);
    expect((await active('?status=paused')).ids).not.toContain(first);
    expect((await active('?status=running,paused')).ids.slice(0, 3)).toEqual(started);
    expect(await api.get(`${sessionsPath}/active/?status=stopped`)).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('GET /api/acquisition/sessions/ has all others') },
    });

    const paged: string[] = [];
    let next: string | null = `${sessionsPath}/active/?status=running,paused&limit=2`;
    while (next) {
      const { body, headers } = await api.get(next);
      expect(body.length).toBeLessThanOrEqual(2);
      paged.push(...body.map(({ id }: { id: string }) => id));
      next = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? null;
    }
    expect(paged).toEqual((await active('?status=running,paused')).ids);
  });
});

describe('a script of the system before this one', () => {
  it('may have ids in quotes, as jq prints them without -r, in every path', async () => {
    const taskId = await configureTask(api, 'quoted');
    const sessionId = await startTask(api, taskId);
    for (const quoted of [`"${sessionId}"`, `%22${sessionId}%22`]) {
      // fetch would encode the quotes; curl sends them as they are.
      expect(await askedAsIs(api.url, `${sessionsPath}/${quoted}/status/?`)).toContain(`"id":"${sessionId}"`);
    }
    expect(await askedAsIs(api.url, `/api/config/tasks/"${taskId}"`)).toContain('"code":"quoted"');
    expect(await askedAsIs(api.url, `${sessionsPath}/"${sessionId}/status/`)).toContain(
      '"session_not_found"',
    );
    expect(await askedAsIs(api.url, `${sessionsPath}/"${sessionId}"/stop/`, 'POST')).toContain('"stopped"');
  });

  it('may send its start body: what means nothing here is ignored, and the answer says so', async () => {
    const taskId = await configureTask(api, 'former-body');
    const answer = await api.post(`${sessionsPath}/start-task/`, {
      task_id: taskId,
      worker_identifier: 'worker-01',
      config_version_id: 10,
      metadata: { operator: 'line 3' },
    });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        session_id: `${taskId}-1`,
        detail:
          `Session ${taskId}-1 of task former-body is started. ` +
          'worker_identifier is ignored: the supervisor chooses the collector, by required_labels of the task where it has any. ' +
          'config_version_id is ignored: the session runs on its task as it is now, version 1.',
      },
    });
    const { body } = await api.get(`${sessionsPath}/${taskId}-1/status/`);
    expect(body).toMatchObject({
      id: `${taskId}-1`,
      session_id: `${taskId}-1`,
      metadata: { operator: 'line 3' },
    });
    await api.post(`${sessionsPath}/${taskId}-1/stop/`);
    const empty = { task_id: taskId, worker_identifier: '', config_version_id: null };
    expect((await api.post(`${sessionsPath}/start-task/`, empty)).body.detail).toBe(
      `Session ${taskId}-2 of task former-body is started.`,
    );
  });
});

async function askedAsIs(apiUrl: string, path: string, method = 'GET'): Promise<string> {
  const { hostname, port } = new URL(apiUrl);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`${method} ${path} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`);
  return text(socket);
}
