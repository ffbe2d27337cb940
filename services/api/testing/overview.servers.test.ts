import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { HealthStream } from '@holdfast/shared/jetstream/streams/health-stream.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, sessionsPath } from './api-under-test.ts';
import { configOf, writeStory } from './write-story.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let api: ApiClient;
let log: SessionLogForTest;
let epoch = 0;
let database = '';
let key = '';
let hallKey = '';

const begin = Date.parse('2026-01-01T08:00:00.000Z');
const at = (minute: number) => new Date(begin + minute * 60_000).toISOString();
const adminKey = `hf_0badcafe_${'k'.repeat(43)}`;
const env = { API_BOOTSTRAP_KEY: adminKey, PLANT_TIME_ZONE: 'Asia/Shanghai' };
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
const ask = async (path: string, as = key, of = api): Promise<any> =>
  (await of.ask('GET', path, { key: as })).body;

const silent = {
  status: 'timeout',
  consecutive_failures: 9,
  last_success: at(50),
  last_error: 'no answer within 1 s',
  requests: 100,
  failures: { timeout: 9, connection: 0, exception: 0 },
} as const;
const healthy = {
  status: 'healthy',
  consecutive_failures: 0,
  last_success: at(59),
  last_error: null,
} as const;

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

async function becomes(
  device: string,
  to: 'healthy' | 'timeout',
  minute: number,
  session = '102-1',
): Promise<void> {
  const [task = ''] = session.split('-');
  await new HealthStream(log.nc).publish({
    ...{ v: 1, session, task, device_id: device, device, collector: 'c1' },
    ...{ from: null, to, detail: 'as told', time: at(minute) },
  });
}

beforeAll(async () => {
  nats = await natsForTest();
  database = await apiDatabase();
  api = await startApiInProcess({ nats: nats.url, database, env });
  await api.ready();
  key = adminKey;
  const post = async (path: string, body: object) =>
    (await api.ask('POST', path, { key: adminKey, body })).body;
  await post('/api/config/sites/', { code: 'hall-1' });
  hallKey = (await post('/api/system/keys/', { name: 'hall', role: 'viewer', sites: ['hall-1'] })).key;
  log = await sessionLogForTest(nats.url);
  const story = [
    { at: at(0), what: 'started' },
    { at: at(2), what: 'assigned', to: 'c1', reason: 'start' },
    { at: at(20), what: 'paused' },
    { at: at(30), what: 'resumed' },
    { at: at(30), what: 'assigned', to: 'c2', reason: 'resume' },
  ] as const;
  epoch =
    (await writeStory(log, configOf('102', ['oven-1', 'oven-2', 'oven-10'], 60_000), story)).at(-1) ?? 0;
  await writeStory(log, configOf('103', ['saw-1'], 60_000), story.slice(0, 3));
  await eventually(async () => (await ask(`${sessionsPath}/103-1/`)).status === 'paused', {
    what: 'the log to be read',
  });
  await say({ 'oven-1': healthy, 'oven-2': silent });
});

async function say(device_health: SessionLiveStatus['device_health']): Promise<void> {
  const word: SessionLiveStatus = {
    ...{ v: 1, session: '102-1', epoch, collector: 'c2', instance: 'life', state: 'polling', detail: '' },
    updated_at: new Date().toISOString(),
    ...{ points_read: 0, error_count: 0, last_read_time: at(59) },
    device_health,
  };
  await (await StatusBoard.open(log.nc)).write('102', word);
}

describe('the overview', () => {
  it('has the whole in one answer', async () => {
    const isTold = async () => {
      const { devices, ticks } = await ask('/api/system/overview/');
      // The API reads periods from the snapshots only after it is ready.
      return devices.failing === 1 && ticks.expected > 0;
    };
    await eventually(isTold, { what: 'the word of the holder, and the periods of tasks' });
    expect(await ask('/api/system/overview/')).toEqual({
      as_of: expect.any(String),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      time_zone: 'Asia/Shanghai',
      sessions: { all: 2, attention: 1, running: 1, paused: 1, error: 0, waiting: 0, silent: 1, stopped: 0 },
      devices: { total: 3, healthy: 1, slow: 0, partly: 0, failing: 1, unknown: 1 },
      // One session runs, with three devices and a tick a minute.
      ticks: { from: expect.any(String), to: expect.any(String), expected: 4_320, stored: 0 },
      never_delivered: 0,
      values_per_s: { now: 0, planned: 0 },
      collectors: { active: 0, draining: 0, given_up: 0, lost: 0, capacity: 0 },
      sinks: {
        status: 'no_writer',
        detail: expect.any(String),
        backlog_messages: 0,
        lag_seconds: 0,
        share_of_stream: 0,
      },
      quarantine: { messages: 0 },
      audit: { share_of_stream: expect.any(Number) },
      log_damage: [],
      not_asked: [],
    });
  });

  it('has of some sites what lies there, and nothing of what belongs to all', async () => {
    expect(await ask('/api/system/overview/', hallKey)).toMatchObject({
      sessions: { all: 0, attention: 0, running: 0 },
      devices: { total: 0 },
      ...{ collectors: null, sinks: null, quarantine: null, audit: null },
    });
  });
});

describe('the health of devices', () => {
  const path = '/api/acquisition/devices/health/';

  it('is reported over all sessions, those that fail first, with since when', async () => {
    await becomes('oven-2', 'healthy', 31);
    await becomes('oven-2', 'timeout', 50);
    await becomes('oven-2', 'timeout', 55, '9-9');
    const { results, counts, ticks_within } = await ask(path);
    expect(Date.parse(ticks_within.to) - Date.parse(ticks_within.from)).toBe(24 * 3_600_000);
    expect(counts).toEqual({ failing: 1, partly: 0, slow: 0, unknown: 1, healthy: 1 });
    expect(results.map(({ device }: { device: string }) => device)).toEqual(['oven-2', 'oven-10', 'oven-1']);
    expect(results[0]).toEqual({
      ...{
        device: 'oven-2',
        configured: null,
        session_id: '102-1',
        task_code: 'task-102',
        sites: [],
        collector_id: 'c2',
      },
      ...{ period_ms: 60_000, condition: 'failing', since: at(50), health: silent },
      reported_at: expect.any(String),
      // The device has a tick a minute, and no collector has ever read it.
      ticks: {
        ...{ expected: 1_440, stored: 0, quarantined: 0, completeness: 0 },
        ...{ missing: 1_440, missing_by_cause: { not_arrived: 1_440 } },
      },
      never_delivered: 0,
    });
    expect(results[1]).toMatchObject({ condition: 'unknown', since: null, health: null, reported_at: null });
    const codes = async (query: string) =>
      (await ask(`${path}?${query}`)).results.map(({ device }: { device: string }) => device);
    expect(await codes('condition=failing,healthy')).toEqual(['oven-2', 'oven-1']);
    expect(await codes('search=OVEN-1')).toEqual(['oven-10', 'oven-1']);
    expect(await codes('device=oven-1&session=102-1')).toEqual(['oven-1']);
    expect((await ask(path, hallKey)).results).toEqual([]);
    const first = await ask(`${path}?limit=2`);
    expect(await codes(`limit=2&cursor=${first.next_cursor}`)).toEqual(['oven-1']);
    expect((await ask(`${path}?condition=odd`)).code).toBe('validation_failed');
  });

  it('has a history, newest first, also over pages', async () => {
    const changes = `${path}changes/`;
    const changesOf = async (query: string) =>
      (await ask(`${changes}?${query}`)).results.map(
        (one: { session_id: string; to: string; time: string }) => [one.session_id, one.to, one.time],
      );
    const all = [
      ['9-9', 'timeout', at(55)],
      ['102-1', 'timeout', at(50)],
      ['102-1', 'healthy', at(31)],
    ];
    expect(await changesOf('')).toEqual(all);
    expect(await changesOf('session=102-1')).toEqual(all.slice(1));
    expect(await changesOf('to_status=healthy')).toEqual(all.slice(2));
    expect(await changesOf(`from=${at(40)}&to=${at(52)}`)).toEqual([all[1]]);
    const paged: unknown[] = [];
    for (let cursor = ''; ; ) {
      const page = await ask(`${changes}?limit=1${cursor}`);
      paged.push(...page.results);
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(paged).toEqual((await ask(changes)).results);
    expect((await ask(changes, hallKey)).results).toEqual([]);
  });

  it('has the history of a configured device by its id, however much lies between, and where it is', async () => {
    const post = (body: object) => api.ask('POST', '/api/config/devices/', { key: adminKey, body });
    const { id } = (await post({ code: 'oven-1', name: 'Oven', host: '10.0.0.7', unit_id: 3 })).body;
    const healthOfOven = (await ask(`${path}?device=oven-1`)).results;
    expect(healthOfOven[0].configured).toEqual({
      ...{ id, name: 'Oven', protocol: 'modbus_tcp' },
      address: '10.0.0.7:502 unit 3',
    });
    const stream = new HealthStream(log.nc);
    const change = (minute: number, device_id: string) => ({
      ...{ v: 1 as const, session: '102-1', task: '102', device_id, device: 'oven-1', collector: 'c1' },
      ...{ from: null, to: 'healthy' as const, detail: '', time: at(minute) },
    });
    await stream.publish(change(56, String(id)));
    for (let between = 0; between < 1_200; between += 100) {
      await Promise.all(Array.from({ length: 100 }, () => stream.publish(change(57, '77'))));
    }
    await stream.publish(change(58, String(id)));
    const times = async (query: string) => {
      const { results, next_cursor } = await ask(`${path}changes/?device=oven-1&${query}`);
      return [results.map(({ time }: { time: string }) => time), next_cursor !== null];
    };
    expect(await times('')).toEqual([[at(58), at(56)], false]);
    expect(await times('limit=1')).toEqual([[at(58)], true]);
  });
});

describe('a collector that took a session while its devices were silent', () => {
  it('does not make them fall silent only then, nor never read', async () => {
    await migrateSampleTables({ databaseUrl: database });
    const coverage = openPostgresTickCoverage({ databaseUrl: database });
    cleanUpAfterFile(() => coverage.close());
    const tick = (minute: number) => begin / 60_000 + minute;
    const entry = (deviceCode: string, outcome: 'stored' | 'timeout', from: number, to: number) => ({
      ...{ sessionId: '102-1', deviceCode, periodMs: 60_000, outcome },
      ...{ from: tick(from), to: tick(to) },
    });
    await coverage.record([
      entry('oven-1', 'stored', 2, 12),
      entry('oven-1', 'timeout', 13, 40),
      entry('oven-2', 'timeout', 3, 40),
    ]);
    const unheard = { ...silent, last_success: null };
    await say({ 'oven-1': unheard, 'oven-2': unheard });
    const devices = async () => (await ask('/api/acquisition/devices/health/?condition=failing')).results;
    await expect.poll(devices).toMatchObject([
      { device: 'oven-1', condition: 'failing', health: { last_success: at(12) } },
      { device: 'oven-2', condition: 'failing', since: at(3), health: { last_success: null } },
    ]);
    const since = async () => {
      const { results } = await ask(`${sessionsPath}/summary/?search=102-1`);
      return results[0].attention.find(({ code }: { code: string }) => code === 'some_devices_failing')
        ?.since;
    };
    expect(await since()).toBe(at(3));
    await say({ 'oven-1': unheard, 'oven-2': healthy });
    await expect.poll(since).toBe(at(12));
  });

  it('does not make the overview wait twice in a row for a database of samples that hangs', async () => {
    // This API has not asked for anything about the session yet.
    const fresh = await startApiInProcess({ nats: nats.url, database, env });
    await fresh.ready();
    const seenBy = async (from: ApiClient) => {
      const { results } = await ask('/api/acquisition/sessions/summary/?search=102-1', adminKey, from);
      return results[0].devices.failing_codes;
    };
    await say({ 'oven-1': silent });
    await expect.poll(() => seenBy(fresh)).toEqual(['oven-1']);
    await say({ 'oven-10': { ...silent, last_success: null } });
    await expect.poll(() => seenBy(api)).toEqual(['oven-10']);
    const [holder, watcher] = [await connected(), await connected()];
    await holder.query('begin; lock table samples.tick_coverage');
    const answer = ask('/api/system/overview/', adminKey, fresh);
    const waiting = `select distinct query from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%tick_coverage%'`;
    await eventually(async () => (await watcher.query(waiting)).rowCount === 2, {
      what: 'both questions to wait at once',
      timeoutMs: 20_000,
    });
    await holder.query('commit');
    expect(await answer).toMatchObject({ devices: { failing: 1 }, not_asked: [] });
  });
});

it('the ticks of a day are those of the completeness, also of a session that has ended', async () => {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  await writeStory(log, configOf('104', ['press-1'], 60_000), [
    { at: hoursAgo(3), what: 'started' },
    { at: hoursAgo(3), what: 'assigned', to: 'c1', reason: 'start' },
    { at: hoursAgo(1), what: 'stopped' },
  ]);
  const expectedOf = async (from: string, to: string, session = '') => {
    const { results } = await ask(`/api/acquisition/completeness/?from=${from}&to=${to}${session}`);
    const counts: { expected: number }[] = results.map(({ counts }: { counts: unknown }) => counts);
    return counts.reduce((total, { expected }) => total + expected, 0);
  };
  const isCounted = async () => {
    const { ticks } = await ask('/api/system/overview/');
    return ticks.expected > 4_320 && ticks;
  };
  const { from, to, expected } = await eventually(isCounted, { what: 'the session to be counted' });
  expect(await expectedOf(from, to, '&session=104-1')).toBeGreaterThanOrEqual(119);
  expect(await expectedOf(from, to)).toBe(expected);
});

describe('the events of a session', () => {
  const typesOf = async (query: string) =>
    (await ask(`${sessionsPath}/102-1/events/?${query}`)).results.map(({ type }: { type: string }) =>
      type.replace('session.', ''),
    );

  it('come newest first when asked, by type and time', async () => {
    const oldest = ['started', 'assigned', 'paused', 'resumed', 'assigned'];
    expect(await typesOf('')).toEqual(oldest);
    expect(await typesOf('order=newest')).toEqual(oldest.toReversed());
    expect(await typesOf('type=assigned,paused')).toEqual(['assigned', 'paused', 'assigned']);
    expect(await typesOf(`from=${at(2)}&to=${at(30)}`)).toEqual(['assigned', 'paused']);
    expect((await ask(`${sessionsPath}/102-1/events/?type=fate`)).code).toBe('validation_failed');
    const paged: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await ask(`${sessionsPath}/102-1/events/?order=newest&limit=2${cursor}`);
      paged.push(...page.results.map(({ sequence }: { sequence: string }) => sequence));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(paged).toHaveLength(5);
    expect(paged).toEqual(paged.toSorted((one, other) => Number(other) - Number(one)));
  });
});
