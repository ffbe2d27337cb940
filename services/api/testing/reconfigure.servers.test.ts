import { serveAddressesCalls } from '@holdfast/shared/jetstream/boards/addresses-calls.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type Answer, type ApiClient, configureTask, sessionsPath, startTask } from './api-under-test.ts';
import { holdLease } from './hold-lease.ts';
import { placementsIn } from './placements.ts';

const quiet = createLogger('test', 'silent');
let api: ApiClient;
let log: SessionLogForTest;

beforeAll(async () => {
  const nats = await natsForTest();
  api = await startApiInProcess({ nats: nats.url, database: await apiDatabase() });
  await api.ready();
  log = await sessionLogForTest(nats.url);
});

let tasks = 0;

/** A running task, with the ids of its device and points. */
async function running() {
  tasks += 1;
  const task = await configureTask(api, `changing-${tasks}`);
  const session = await startTask(api, task);
  const [device] = (await api.get(`/api/config/tasks/${task}/`)).body.device_ids as number[];
  const points = (await api.get(`/api/config/points/?device_id=${device}`)).body.results as { id: number }[];
  const path = `${sessionsPath}/${session}`;
  const change = (body: object = {}, headers?: Record<string, string>) =>
    eventually(
      async () => {
        const answer = await api.post(`${path}/reconfigure/`, body, headers);
        return answer.body.code !== 'broker_unavailable' && answer;
      },
      { what: 'the broker to answer' },
    );
  const edit = async (what: string, body: object) => {
    const answer = await api.request('PATCH', `/api/config/${what}/`, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  };
  const eventsOf = async () =>
    (await log.events()).flatMap(({ decoded }) =>
      decoded.kind === 'lifecycle' && decoded.event.sessionId === session ? [decoded.event] : [],
    );
  return { task, session, device, points, path, change, edit, eventsOf };
}

/** Makes a change, and repeats it while the change before is not in force yet and no other one is accepted. */
async function changed(change: () => Promise<Answer>) {
  return eventually(
    async () => {
      const answer = await change();
      return answer.body.code !== 'reconfiguration_pending' && answer;
    },
    { what: 'the change before to come into force' },
  );
}

describe('a running session whose configuration was changed', () => {
  it('goes on by what is configured now, as a dry run has said before', async () => {
    const { session, path, points, device, change, edit, eventsOf } = await running();
    expect((await api.get(`${path}/status/`)).body.is_newer_configured).toBe(false);
    expect((await change()).body).toMatchObject({ is_changed: false, from: 1, to: 1, effective_at: null });
    await edit(`points/${points[0]?.id}`, { scale: 0.5 });

    const tried = await change({ dry_run: true });
    expect(tried.body).toMatchObject({
      ...{ is_changed: true, from: 1, to: null, effective_at: null, status: 'running' },
      devices: { added: 0, removed: 0, changed: 1 },
      results: [{ kind: 'point', op: 'changed', fields: { scale: { after: 0.5 } } }],
    });
    expect(await eventsOf()).toHaveLength(1);

    await edit(`devices/${device}`, { name: 'Press' });
    expect(await change({}, { 'if-match': tried.body.etag })).toMatchObject({
      ...{ status: 412, body: { code: 'precondition_failed' } },
    });
    const { etag } = (await change({ dry_run: true })).body;
    const done = await change(
      { reason: 'new gear' },
      { 'if-match': etag, 'idempotency-key': `${session}-once` },
    );
    expect(done, JSON.stringify(done.body)).toMatchObject({
      ...{ status: 200, body: { is_changed: true, from: 1, to: 2, devices: { changed: 1 } } },
    });
    const events = await eventsOf();
    expect(events.slice(1)).toMatchObject(
      [
        {
          ...{
            type: 'session.reconfigured',
            configVersion: 2,
            from: { configVersion: 1 },
            reason: 'new gear',
          },
          ...{ effectiveAt: done.body.effective_at, cause: 'requested', status: 'running', runningSince: 1 },
        },
      ].map((event) => ({ ...event, runningSince: expect.any(Number) })),
    );
    // The repeat gets the same answer and stores nothing.
    const again = await change(
      { reason: 'new gear' },
      { 'if-match': etag, 'idempotency-key': `${session}-once` },
    );
    expect(again.body).toEqual(done.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await eventsOf()).toHaveLength(2);
    expect((await api.get(`${path}/`)).body).toMatchObject({ config_version: 2, status: 'running' });
    expect((await change()).body).toMatchObject({ is_changed: false, from: 2, to: 2 });
    expect((await api.get(`${path}/events/?type=reconfigured`)).body.results).toMatchObject([
      { data: { config_version: 2, from: { config_version: 1 } } },
    ]);
  });

  it('is distinguished in every list from one that reads what is configured, by content and without what was learned', async () => {
    const { task, session, path, device, points, edit, change } = await running();
    /** Waits, because the read model may show a change a little after its answer. */
    const tells = (expected: boolean) =>
      eventually(async () => (await isNewerInLists()).every((each) => each === expected), {
        what: `all lists to tell ${expected}`,
      });
    const isNewerInLists = async () => {
      const [listed, active, summary] = await Promise.all([
        api.get(`${sessionsPath}/?task=${task}`),
        api.get(`${sessionsPath}/active/`),
        api.get(`${sessionsPath}/summary/?task=${task}`),
      ]);
      const all = [
        listed.body.results,
        active.body,
        summary.body.results,
        [(await api.get(`${path}/status/`)).body],
      ];
      return all.map((views) => views.find(({ id }: { id: string }) => id === session)?.is_newer_configured);
    };
    const other = await running();
    await tells(false);
    // Changes of other tasks do not matter; those of this task's point, device and site do.
    await edit(`points/${other.points[0]?.id}`, { scale: 0.5 });
    await tells(false);
    await edit(`points/${points[0]?.id}`, { scale: 0.5 });
    await tells(true);
    await edit(`points/${points[0]?.id}`, { scale: 1 });
    await tells(false);
    const site = (await api.post('/api/config/sites/', { code: `hall-${task}`, name: '' })).body.id;
    await edit(`devices/${device}`, { site_id: site });
    await tells(true);
    expect((await change()).body.is_changed).toBe(true);
    await tells(false);
    await edit(`sites/${site}`, { code: `hall-${task}-b` });
    await tells(true);
    await edit(`sites/${site}`, { code: `hall-${task}` });
    const range = { table: 'holding_register', from: 900, to: 910 };
    await edit(`devices/${device}`, { profile: { write_back: true, excluded: [] } });
    expect((await changed(() => change())).body.is_changed).toBe(true);
    await edit(`devices/${device}`, {
      profile: { write_back: true, excluded: [{ ...range, learned: true }] },
    });
    await tells(false);
    await edit(`devices/${device}`, { profile: { write_back: true, excluded: [range] } });
    await tells(true);
    expect((await api.post(`${path}/stop/`)).status).toBe(200);
    expect((await api.get(`${path}/status/`)).body.is_newer_configured).toBeNull();
  });

  it('takes one change at a time, and goes back to a former version', async () => {
    const { points, change, edit, eventsOf } = await running();
    await edit(`points/${points[0]?.id}`, { scale: 0.5 });
    expect((await change()).status).toBe(200);
    await edit(`points/${points[0]?.id}`, { scale: 0.25 });
    const second = await change();
    // A slow machine may take so long that the first change is already in force.
    if (second.status === 409) expect(second.body.code).toBe('reconfiguration_pending');
    const back = await changed(() => change({ to: 1 }));
    expect(back).toMatchObject({ status: 200, body: { is_changed: true, to: 1 } });
    expect((await eventsOf()).at(-1)).toMatchObject({ configVersion: 1, type: 'session.reconfigured' });
    expect(await change({ to: 99 })).toMatchObject({ status: 404, body: { code: 'version_not_found' } });
  });

  it('takes another period of its devices', async () => {
    const { task, change, edit, eventsOf } = await running();
    await edit(`tasks/${task}`, { period_ms: 2_000 });
    const tried = await change({ dry_run: true });
    expect(tried).toMatchObject({ status: 200, body: { is_changed: true, devices: { changed: 1 } } });
    expect(await change()).toMatchObject({ status: 200, body: { from: 1, to: 2 } });
    expect((await eventsOf()).at(-1)).toMatchObject({ configVersion: 2, change: { changed: 1 } });
  });

  it('never takes another device under a code that it has had, also when that was deleted meanwhile', async () => {
    const { task, change, edit, device, points } = await running();
    const { code } = (await api.get(`/api/config/devices/${device}/`)).body;
    const other = (await api.get(`/api/config/tasks/${await configureTask(api, `aside-${task}`)}/`)).body;
    const [aside] = other.device_ids as number[];
    await edit(`tasks/${task}`, { device_ids: [aside] });
    expect((await change()).body).toMatchObject({ devices: { added: 1, removed: 1 } });
    // The original device may come back.
    await edit(`tasks/${task}`, { device_ids: [aside, device] });
    expect((await changed(() => change({ dry_run: true }))).body).toMatchObject({
      devices: { added: 1, removed: 0 },
    });
    await edit(`tasks/${task}`, { device_ids: [aside] });
    for (const path of [...points.map(({ id }) => `points/${id}`), `devices/${device}`]) {
      const deletion = await api.request('DELETE', `/api/config/${path}/`);
      expect(deletion.status, JSON.stringify(deletion.body)).toBe(204);
    }
    const recreated = await api.post('/api/config/devices/', {
      code,
      host: '127.0.0.1',
      port: 9,
      unit_id: 1,
    });
    expect(recreated.status, JSON.stringify(recreated.body)).toBe(201);
    const point = { device_id: recreated.body.id, code: 'x', table: 'coil', address: 5, data_type: 'bool' };
    expect((await api.post('/api/config/points/', point)).status).toBe(201);
    // A caller that wants sessions to take it is refused before anything is stored.
    const before = await api.get(`/api/config/tasks/${task}/`);
    const exchanging = { device_ids: [aside, recreated.body.id] };
    const applied = await api.request('PATCH', `/api/config/tasks/${task}/?apply=sessions`, exchanging);
    expect(applied).toMatchObject({ status: 409, body: { code: 'cannot_run', device: code } });
    expect(applied.body.detail).toContain('Nothing was changed');
    expect((await api.get(`/api/config/tasks/${task}/`)).body).toEqual(before.body);
    await edit(`tasks/${task}`, exchanging);
    const refused = await changed(() => change());
    expect(refused).toMatchObject({ status: 409, body: { code: 'cannot_run', device: code } });
    expect(refused.body.detail).toContain('was deleted and created again');
  });

  it('is refused what would cost devices their ticks that do not change, unless it is forced', async () => {
    const { task, device, change, edit, eventsOf } = await running();
    const code = `beside-${task}`;
    const copy = { count: 1, code, fields: { unit_id: 77 } };
    const copied = await api.post(`/api/config/devices/${device}/copies/`, copy);
    expect(copied.status, JSON.stringify(copied.body)).toBe(200);
    const [added] = (await api.get(`/api/config/devices/?code=${code}`)).body.results;
    // A request counts as 10 ms as long as it has not been measured.
    await edit('points', { filter: { device_id: added.id }, set: { period_ms: 10 } });
    await edit(`tasks/${task}`, { device_ids: [device, added.id] });
    for (const body of [{}, { dry_run: true }]) {
      const refused = await change(body);
      expect(refused).toMatchObject({
        status: 409,
        body: { code: 'cannot_hold', endpoints: [{ busy_share: expect.any(Number) }] },
      });
      expect(refused.body.detail).toContain('cannot hold 10 ms');
      expect(refused.body.detail).toContain('What does not change would lose ticks: ');
    }
    expect((await change({ dry_run: true, force: true })).body).toMatchObject({ devices: { added: 1 } });
    expect(await eventsOf()).toHaveLength(1);
    expect((await change({ force: true })).body).toMatchObject({ is_changed: true, devices: { added: 1 } });
    // The endpoint is already too busy, so a change that makes it no worse is accepted.
    await edit(`devices/${added.id}`, { name: 'Beside' });
    expect((await changed(() => change())).body).toMatchObject({ is_changed: true, devices: { changed: 1 } });
  });

  it('is refused what its collector cannot read, and a session that is over takes no change', async () => {
    const { task, session, path, points, change, edit } = await running();
    const placements = placementsIn(log.store);
    await placements.assign(session, 'labelled');
    await holdLease(log.nc, 'labelled', { 'driver.modbus_tcp': 'yes', hall: '6' });
    await edit(`points/${points[0]?.id}`, { scale: 0.5 });
    await edit(`tasks/${task}`, { required_labels: { hall: '7' } });
    const refused = await change();
    expect(refused).toMatchObject({ status: 409, body: { code: 'move_needed' } });
    expect(refused.body.detail).toContain('labelled, which holds it, has not all the labels hall=7');
    expect((await api.post(`${path}/pause/`)).status).toBe(200);
    expect(await change()).toMatchObject({ status: 200, body: { status: 'paused', is_changed: true } });
    expect((await api.post(`${path}/stop/`)).status).toBe(200);
    expect(await change({ to: 1 })).toMatchObject({ status: 409, body: { code: 'session_ended' } });
    expect(await api.post(`${sessionsPath}/nobody-9/reconfigure/`)).toMatchObject({ status: 404 });
  });

  it('does not move to an endpoint that another collector reads under another name', async () => {
    const placements = placementsIn(log.store);
    const at = async (host: string, collector: string) => {
      tasks += 1;
      const task = await configureTask(api, `named-${tasks}`);
      const [device] = (await api.get(`/api/config/tasks/${task}/`)).body.device_ids as number[];
      const move = async (next: string) =>
        expect(await api.request('PATCH', `/api/config/devices/${device}/`, { host: next })).toMatchObject({
          status: 200,
        });
      await move(host);
      const session = await startTask(api, task);
      await placements.assign(session, collector);
      return { session, move };
    };
    const addresses: Record<string, string[]> = {
      'plc.test:502': ['127.0.0.71:502'],
      'press.test:502': ['127.0.0.72:502'],
      // No collector has a say about other ports.
      'free.test:502': ['127.0.0.71:503'],
    };
    for (const collectorId of ['names-1', 'names-2']) {
      await holdLease(log.nc, collectorId, { 'driver.modbus_tcp': 'yes' });
      const answer = async (endpoints: readonly string[]) =>
        Object.fromEntries(endpoints.map((endpoint) => [endpoint, addresses[endpoint] ?? []]));
      onTestFinished(serveAddressesCalls({ nc: log.nc, collectorId, answer, log: quiet }));
    }
    const byAddress = await at('127.0.0.71', 'names-1');
    const byName = await at('press.test', 'names-1');
    const moving = await at('127.0.0.73', 'names-2');
    const reconfigured = async (host: string) => {
      await moving.move(host);
      const path = `${sessionsPath}/${moving.session}/reconfigure/`;
      return changed(() => api.post(path, { dry_run: true }));
    };
    const shared = (endpoint: string, { session }: { readonly session: string }) => ({
      status: 409,
      body: {
        code: 'move_needed',
        detail: expect.stringContaining(`${endpoint} is read by collector names-1 for session ${session}`),
      },
    });
    expect(await reconfigured('plc.test')).toMatchObject(shared('127.0.0.71:502', byAddress));
    expect(await reconfigured('127.0.0.72')).toMatchObject(shared('press.test:502', byName));
    expect(await reconfigured('free.test')).toMatchObject({ status: 200 });
    expect(await reconfigured('unknown.test')).toMatchObject({ status: 200 });
  });
});
