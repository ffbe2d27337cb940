import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { appliedAtMost } from '@holdfast/shared/contracts/http/applied-sessions.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type Answer, type ApiClient, configureTask, sessionsPath, startTask } from './api-under-test.ts';
import { holdLease } from './hold-lease.ts';
import { placementsIn } from './placements.ts';
import type { IdAt } from './rights/places.ts';
import { configureTwoHalls } from './rights/two-halls.ts';

let api: ApiClient;
let log: SessionLogForTest;

beforeAll(async () => {
  const nats = await natsForTest();
  api = await startApiInProcess({ nats: nats.url, database: await apiDatabase() });
  await api.ready();
  log = await sessionLogForTest(nats.url);
});

let plants = 0;

/** A device whose points several tasks read, each with a session. */
async function plant(sessions: number) {
  plants += 1;
  const first = await configureTask(api, `shared-${plants}`);
  const [device] = (await api.get(`/api/config/tasks/${first}/`)).body.device_ids as number[];
  const points = (await api.get(`/api/config/points/?device_id=${device}`)).body.results as { id: number }[];
  const tasks = [first];
  while (tasks.length < sessions) {
    const task = { code: `shared-${plants}-${tasks.length}`, period_ms: 1_000, device_ids: [device] };
    tasks.push((await api.post('/api/config/tasks/', task)).body.id);
  }
  const ids: string[] = [];
  for (const task of tasks) ids.push(await startTask(api, task));
  return { device, points: points.map(({ id }) => id), tasks, sessions: ids };
}

async function okBody(answer: Promise<Answer>) {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}
const patch = (what: string, body: object) => okBody(api.request('PATCH', `/api/config/${what}`, body));

interface Applied {
  readonly session_id: string | null;
  readonly to?: number;
  readonly is_changed?: boolean;
  readonly problem?: { readonly code: string; readonly sessions?: number };
}
const inShort = (applied: readonly Applied[]) =>
  applied.map(({ session_id, to, is_changed, problem }) => [session_id, problem?.code ?? to, is_changed]);

const changesOf = async (session: string) =>
  (await log.events()).flatMap(({ decoded }) =>
    decoded.kind === 'lifecycle' &&
    decoded.event.sessionId === session &&
    decoded.event.type === 'session.reconfigured'
      ? [{ ...decoded.event, time: decoded.metadata.time }]
      : [],
  );

describe('a write that running sessions are to take', () => {
  it('is stored, taken by each session that reads it, and refused by one without the others', async () => {
    const { points, tasks, sessions } = await plant(3);
    const [running = '', paused = '', untouched = ''] = sessions;
    expect((await api.post(`${sessionsPath}/${paused}/pause/`)).status).toBe(200);
    // No session can be changed now to the content of a disabled task.
    expect((await patch(`tasks/${tasks[2]}/`, { enabled: false })).applied).toBeUndefined();
    const elsewhere = await plant(1);

    const path = `points/${points[0]}/?apply=sessions&reason=new%20gear`;
    const { applied, scale } = await patch(path, { scale: 0.5 });
    expect(scale).toBe(0.5);
    expect(inShort(applied)).toEqual([
      [running, 2, true],
      [paused, 2, true],
      [untouched, 'task_disabled', undefined],
    ]);
    const effective = { from: 1, effective_at: expect.stringMatching(/Z$/), devices: { changed: 1 } };
    expect(applied[0]).toMatchObject({ ...effective, status: 'running' });
    expect(applied[1]).toMatchObject({ ...effective, status: 'paused' });
    expect(applied[2].problem).toMatchObject({ status: 422, detail: expect.stringContaining('is disabled') });
    const changes = await changesOf(running);
    expect(changes).toMatchObject([{ configVersion: 2, reason: 'new gear' }]);
    // The change is in the audit log before sessions take it, because the process could end meanwhile.
    const entry = await eventually(
      async () => {
        const { results } = (await api.get('/api/system/audit/?limit=50')).body;
        return results.find(({ data }: { data: object }) => JSON.stringify(data).includes('new gear'));
      },
      { what: 'the audit entry of the change' },
    );
    expect(Date.parse(entry.time)).toBeLessThanOrEqual(Date.parse(changes[0]?.time ?? ''));
    expect(await changesOf(untouched)).toEqual([]);
    expect(await changesOf(elsewhere.sessions[0] ?? '')).toEqual([]);
    // A repeat changes nothing more, and shows where each session stands.
    expect(inShort((await patch(path, { scale: 0.5 })).applied)).toEqual([
      [running, 2, false],
      [paused, 2, false],
      [untouched, 'task_disabled', undefined],
    ]);
    // The next change waits for the first one, unless that is already in force.
    expect(inShort((await patch(`points/${points[1]}/?apply=sessions`, { scale: 0.5 })).applied)).toEqual([
      [running, 3, true],
      [paused, 3, true],
      [untouched, 'task_disabled', undefined],
    ]);
  });

  it('may be one of many things, a revert, a version brought back or a list of points', async () => {
    const { device, points, tasks, sessions } = await plant(1);
    const [session = ''] = sessions;
    const [task] = tasks;
    const post = (what: string, body: object) => okBody(api.post(`/api/config/${what}`, body));
    const items = [{ op: 'change', kind: 'point', id: points[0], fields: { scale: 0.5 } }];
    const creation = await post('change-sets/?apply=sessions', { items });
    expect(inShort(creation.applied)).toEqual([[session, 2, true]]);
    const back = await post(`change-sets/${creation.change_set}/revert/?apply=sessions`, {});
    expect(inShort(back.applied)).toEqual([[session, 3, true]]);
    const edited = { ids: points, set: { unit: 'mm' } };
    expect(inShort((await patch('points/?apply=sessions', edited)).applied)).toEqual([[session, 4, true]]);
    const restored = await post(`tasks/${task}/versions/1/restore/?apply=sessions`, {});
    expect(inShort(restored.applied)).toEqual([[session, 5, true]]);

    const { code } = (await api.get(`/api/config/devices/${device}/`)).body;
    const list = await api.raw(`/api/config/imports/?device=${code}&mode=merge`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'code,table,address,data_type\nfrom-list,holding_register,77,uint16\n',
    });
    expect(list.status, JSON.stringify(list.body)).toBe(201);
    await patch(`imports/${list.body.id}/`, { accept_assumptions: true });
    const done = await post(`imports/${list.body.id}/apply/?apply=sessions`, {});
    expect(inShort(done.applied)).toEqual([[session, 6, true]]);
    const deletion = await post('points/delete/?apply=sessions', { filter: { code: 'from-list' } });
    expect(inShort(deletion.applied)).toEqual([[session, 7, true]]);
    expect((await patch(`points/${points[0]}/?apply=sessions`, { name: 'A' })).applied).toHaveLength(1);
    const wrong = await api.request('PATCH', `/api/config/points/${points[0]}/?apply=all`, {});
    expect(wrong).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
  });

  it(`reconfigures ${appliedAtMost} sessions at the most and counts the others, to which repeats get`, async () => {
    const { points, sessions } = await plant(appliedAtMost + 2);
    const path = `points/${points[0]}/?apply=sessions`;
    const changed = new Set<string>();
    const once = async () => {
      const results: Applied[] = (await patch(path, { scale: 0.5 })).applied;
      expect(results.filter(({ session_id }) => session_id).length).toBeLessThanOrEqual(appliedAtMost);
      for (const { session_id, is_changed } of results) if (is_changed && session_id) changed.add(session_id);
      return results.find(({ problem }) => problem?.code === 'sessions_left')?.problem;
    };
    // On a busy machine, fewer sessions have room in one request.
    const sessionsLeft = await once();
    expect(sessionsLeft).toMatchObject({ sessions: sessions.length - changed.size });
    await eventually(async () => !(await once()), { what: 'all sessions to have had room' });
    expect([...changed].sort()).toEqual([...sessions].sort());
  });

  it('finds its sessions also when it is repeated, and then changes nothing', async () => {
    const { device, points, tasks, sessions } = await plant(1);
    const [session] = sessions;
    const [task] = tasks;
    const site = (await api.post('/api/config/sites/', { code: `repeated-${task}` })).body.id;
    await patch(`devices/${device}/`, { site_id: site });
    const { code } = (await api.get(`/api/config/devices/${device}/`)).body;
    const elsewhere = await plant(1);
    const post = (what: string, body: object) => okBody(api.post(`/api/config/${what}`, body));
    const toldIn = async (answer: Promise<{ applied: Applied[] }>) =>
      (await answer).applied.map(({ session_id, is_changed }) => [session_id, is_changed]);
    const set = { scale: 0.25 };
    const item = { op: 'change', kind: 'point', id: points[0], fields: { unit: 'mm' } };
    const ofTask = { op: 'change', kind: 'task', id: elsewhere.tasks[0], fields: { name: 'Else' } };
    // Each change is first stored without applying it to sessions, and then repeated so that they take it.
    const repeated: Array<
      [what: string, first: () => Promise<unknown>, again: () => Promise<{ applied: Applied[] }>]
    > = [
      [
        'a point',
        () => patch(`points/${points[0]}/`, { scale: 0.5 }),
        () => patch(`points/${points[0]}/?apply=sessions`, { scale: 0.5 }),
      ],
      [
        'points by what they have in common',
        () => patch('points/', { filter: { device_id: device }, set }),
        () => patch('points/?apply=sessions', { filter: { device_id: device }, set }),
      ],
      [
        'a site',
        () => patch(`sites/${site}/`, { code: `renamed-${task}` }),
        () => patch(`sites/${site}/?apply=sessions`, { code: `renamed-${task}` }),
      ],
      [
        'things of several kinds',
        () => post('change-sets/', { items: [item, ofTask] }),
        () => post('change-sets/?apply=sessions', { items: [item, ofTask] }),
      ],
    ];
    for (const [what, first, again] of repeated) {
      await first();
      const rest = what === 'things of several kinds' ? [[elsewhere.sessions[0], true]] : [];
      expect(await toldIn(again()), what).toEqual([[session, true], ...rest]);
    }
    const list = await api.raw(`/api/config/imports/?device=${code}&mode=merge`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'code,table,address,data_type\nfrom-list,holding_register,77,uint16\n',
    });
    await patch(`imports/${list.body.id}/`, { accept_assumptions: true });
    await post(`imports/${list.body.id}/apply/`, {});
    const apply = `imports/${list.body.id}/apply/?apply=sessions`;
    expect(await toldIn(post(apply, {}))).toEqual([[session, true]]);
    // This restores a version that is already current.
    const { version } = (await api.get(`/api/config/tasks/${task}/versions/`)).body.results[0];
    const back = `tasks/${task}/versions/${version}/restore/?apply=sessions`;
    expect(await toldIn(post(back, {}))).toEqual([[session, false]]);
  });
});

describe('a dry run of a write that running sessions are to take', () => {
  const tried = (what: string, body: object) =>
    okBody(api.post(`/api/config/${what}?apply=sessions`, { ...body, dry_run: true }));

  it('names each session with what it would read, and what would refuse, and changes nothing', async () => {
    const { points, tasks, sessions } = await plant(3);
    const [running = '', elsewhere = '', paused = ''] = sessions;
    expect((await api.post(`${sessionsPath}/${paused}/pause/`)).status).toBe(200);
    await placementsIn(log.store).assign(elsewhere, 'hall-6');
    await holdLease(log.nc, 'hall-6', { 'driver.modbus_tcp': 'yes', hall: '6' });
    const items = [
      { op: 'change', kind: 'point', id: points[0], fields: { scale: 0.5 } },
      { op: 'change', kind: 'task', id: tasks[1], fields: { required_labels: { hall: '7' } } },
    ];
    const { change_set, applied } = await tried('change-sets/', { items });
    expect(change_set).toBeNull();
    const plan = { from: 1, to: null, is_changed: true, effective_at: null, devices: { changed: 1 } };
    expect(applied).toMatchObject([
      {
        ...{ ...plan, session_id: running, status: 'running' },
        results: [{ kind: 'point', op: 'changed', fields: { scale: { before: 1, after: 0.5 } } }],
        detail: expect.stringContaining(`Session ${running} would go on with a new version`),
      },
      { session_id: elsewhere, problem: { code: 'move_needed', detail: expect.stringContaining('hall-6') } },
      { ...plan, session_id: paused, status: 'paused' },
    ]);
    expect((await api.get(`/api/config/points/${points[0]}/`)).body.scale).toBe(1);
    for (const session of sessions) expect(await changesOf(session)).toEqual([]);

    const done = await okBody(api.post('/api/config/change-sets/?apply=sessions', { items }));
    expect(done.applied).toMatchObject([
      { session_id: running, is_changed: true, devices: applied[0].devices },
      { session_id: elsewhere, problem: { code: 'move_needed' } },
      { session_id: paused, is_changed: true, devices: applied[2].devices },
    ]);
    expect(done.applied[0].results).toBeUndefined();
    // The dry run would store nothing more, and shows where each session stands.
    expect(inShort((await tried('change-sets/', { items })).applied)).toEqual([
      [running, 2, false],
      [elsewhere, 'move_needed', undefined],
      [paused, 2, false],
    ]);
  });

  it('says which endpoint could not be read as often, and what a list of points would do', async () => {
    const { device, tasks, sessions } = await plant(1);
    const [session] = sessions;
    const code = `beside-${tasks[0]}`;
    await okBody(
      api.post(`/api/config/devices/${device}/copies/`, { count: 1, code, fields: { unit_id: 77 } }),
    );
    const [added] = (await api.get(`/api/config/devices/?code=${code}`)).body.results;
    // A request counts as 10 ms as long as it has not been measured.
    await patch('points/', { filter: { device_id: added.id }, set: { period_ms: 10 } });
    const items = [{ op: 'change', kind: 'task', id: tasks[0], fields: { device_ids: [device, added.id] } }];
    expect((await tried('change-sets/', { items })).applied).toMatchObject([
      {
        session_id: session,
        problem: { code: 'cannot_hold', endpoints: [{ endpoint: expect.any(String) }] },
      },
    ]);

    const own = (await api.get(`/api/config/devices/${device}/`)).body.code;
    const list = await api.raw(`/api/config/imports/?device=${own}&mode=merge`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'code,table,address,data_type\nfrom-list,holding_register,77,uint16\n',
    });
    await patch(`imports/${list.body.id}/`, { accept_assumptions: true });
    const preview = await tried(`imports/${list.body.id}/apply/`, {});
    expect(preview).toMatchObject({
      ...{ state: 'preview', result: null },
      applied: [{ session_id: session, is_changed: true, results: [{ code: 'from-list', op: 'created' }] }],
    });
    expect((await api.get(`/api/config/points/?device_id=${device}&code=from-list`)).body.results).toEqual(
      [],
    );
  });
});

describe('a write at one site, with a session that reads at another one too', () => {
  it('is stored, and leaves that session to whoever may change it, without naming it', async () => {
    const adminKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
    const env = { API_BOOTSTRAP_KEY: adminKey };
    const halls = await startApiInProcess({
      ...{ nats: (await natsForTest()).url, database: await apiDatabase(), env },
    });
    await halls.ready();
    const call = (
      method: string,
      path: string,
      { key = adminKey, body }: { key?: string; body?: unknown } = {},
    ) => halls.ask(method, path, { key, body });
    const idAt: IdAt = await configureTwoHalls(call);
    const keyBody = { name: 'engineer of hall 1', role: 'engineer', sites: ['hall-1'] };
    const own = (await call('POST', '/api/system/keys/', { body: keyBody })).body.key;
    const device_ids = [idAt('devices', 'hall-1'), idAt('devices', 'hall-2')];
    const mixed = { code: 'mixed', period_ms: 1_000, device_ids };
    const task = (await call('POST', '/api/config/tasks/', { body: mixed })).body.id;
    const started = await call('POST', `${sessionsPath}/start-task/`, { body: { task_id: task } });
    expect(started.status).toBe(201);
    const point = `/api/config/points/${idAt('points', 'hall-1')}/`;
    const { status, body } = await eventually(
      async () => {
        const answer = await call('PATCH', `${point}?apply=sessions`, { key: own, body: { scale: 0.5 } });
        return answer.body.applied?.length === 2 && answer;
      },
      { what: 'both sessions to be in the read model' },
    );
    expect(status).toBe(200);
    expect(body.applied).toMatchObject([
      { session_id: idAt('sessions', 'hall-1') },
      { session_id: null, problem: { code: 'site_not_granted' } },
    ]);
    expect(body.applied[0].problem).toBeUndefined();
    // As a whole word: the problem's `instance` is a UUID, which may contain the same characters.
    const itsId = new RegExp(`(?<![\\w-])${started.body.session_id}(?![\\w-])`);
    expect(JSON.stringify(body.applied)).not.toMatch(itsId);
  });
});
