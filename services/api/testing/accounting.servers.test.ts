import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { TickOutcome } from '@holdfast/sample-store/tick-coverage.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, configureTask, sessionsPath, startTask } from './api-under-test.ts';
import { configOf, writeStory } from './write-story.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let api: ApiClient;
let epochs: number[];

const periodMs = 60_000;
const beginMs = Date.parse('2026-01-01T08:00:00.000Z');
/** The tick of the day at a minute since eight. */
const tick = (minute: number) => beginMs / periodMs + minute;
const at = (minute: number) => new Date(beginMs + minute * periodMs).toISOString();

beforeAll(async () => {
  nats = await natsForTest();
  const database = await apiDatabase();
  api = await startApiInProcess({ nats: nats.url, database });
  await api.ready();
  await migrateSampleTables({ databaseUrl: database });
  const log = await sessionLogForTest(nats.url);
  epochs = await writeStory(log, configOf('7', ['press-1', '冷却机'], periodMs), [
    { at: at(0), what: 'started' },
    { at: at(2), what: 'assigned', to: 'c1', reason: 'start' },
    { at: at(30), what: 'assigned', to: 'c2', reason: 'failover' },
    { at: at(60), what: 'paused' },
    { at: at(90), what: 'resumed' },
    { at: at(90), what: 'assigned', to: 'c2', reason: 'resume' },
    { at: at(120), what: 'stopped' },
  ]);
  const coverage = openPostgresTickCoverage({ databaseUrl: database });
  cleanUpAfterFile(() => coverage.close());
  const entry = (deviceCode: string, outcome: TickOutcome, from: number, to: number) => ({
    sessionId: '7-1',
    deviceCode,
    periodMs,
    outcome,
    from: tick(from),
    to: tick(to),
  });
  await coverage.record([
    entry('press-1', 'stored', 2, 27),
    entry('press-1', 'stored', 31, 59),
    entry('press-1', 'stored', 90, 119),
    // This tick came after the stop, so it was not expected.
    entry('press-1', 'stored', 120, 120),
    entry('冷却机', 'stored', 2, 9),
    entry('冷却机', 'timeout', 10, 27),
    entry('冷却机', 'timeout', 31, 40),
    entry('冷却机', 'quarantined', 41, 41),
    entry('冷却机', 'stored', 42, 59),
    entry('冷却机', 'stored', 90, 119),
  ]);
  await writeStory(log, configOf('8', ['press-1'], periodMs), [
    { at: at(0), what: 'started' },
    { at: at(10 * 24 * 60), what: 'stopped' },
  ]);
  const rates = configOf('9', ['press-1', '冷却机'], periodMs);
  for (const point of rates.devices[0]?.points ?? []) point.period_ms = 10_000;
  await writeStory(log, rates, [
    { at: at(0), what: 'started' },
    { at: at(1), what: 'assigned', to: 'c1', reason: 'start' },
    { at: at(10), what: 'stopped' },
  ]);
  const ofNine = (deviceCode: string, ticksOf: number, outcome: TickOutcome, from: number, to: number) => ({
    sessionId: '9-1',
    deviceCode,
    periodMs: ticksOf,
    outcome,
    from: (beginMs + from * 60_000) / ticksOf,
    to: (beginMs + to * 60_000) / ticksOf - 1,
  });
  await coverage.record([
    ofNine('press-1', 10_000, 'stored', 1, 7),
    ofNine('press-1', 10_000, 'timeout', 7, 8),
    ofNine('press-1', 10_000, 'stored', 8, 10),
    ofNine('冷却机', periodMs, 'stored', 1, 5),
    ofNine('冷却机', periodMs, 'timeout', 5, 6),
    ofNine('冷却机', periodMs, 'stored', 6, 10),
  ]);
  await eventually(async () => (await api.get(`${sessionsPath}/9-1/`)).body.status === 'stopped', {
    what: 'the read model to have the log of task 9',
  });
  await eventually(async () => (await api.get(`${sessionsPath}/8-1/`)).body.status === 'stopped', {
    what: 'the read model to have the log',
  });
});

const completeness = async (query = '') => (await api.get(`${sessionsPath}/7-1/completeness/${query}`)).body;

describe('the completeness of a session', () => {
  it('adds up: expected is stored and quarantined and missing by cause, without the ticks of a pause', async () => {
    // If the broker does not answer within a second, as on a stalled machine, it counts as not asked.
    await expect
      .poll(() => completeness())
      .toEqual({
        session_id: '7-1',
        period_ms: periodMs,
        from: null,
        to: expect.any(String),
        not_asked: [],
        expected: 180,
        stored: 85 + 56,
        quarantined: 1,
        missing: 5 + 33,
        missing_by_cause: { waiting: 4, failover: 6, timeout: 28 },
        completeness: 141 / 180,
        values: {
          ...{ expected: 180, delivered: 141 },
          by_cause: { waiting: 4, failover: 6, timeout: 28, quarantined: 1 },
        },
        never_delivered: [],
        never_delivered_count: 0,
        devices: [
          {
            device: 'press-1',
            period_ms: periodMs,
            expected: 90,
            stored: 85,
            quarantined: 0,
            missing: 5,
            missing_by_cause: { waiting: 2, failover: 3 },
            completeness: 85 / 90,
            unscheduled: 1,
            values: { expected: 90, delivered: 85, by_cause: { waiting: 2, failover: 3 } },
          },
          {
            device: '冷却机',
            period_ms: periodMs,
            expected: 90,
            stored: 56,
            quarantined: 1,
            missing: 33,
            missing_by_cause: { waiting: 2, timeout: 28, failover: 3 },
            completeness: 56 / 90,
            unscheduled: 0,
            values: {
              ...{ expected: 90, delivered: 56 },
              by_cause: { waiting: 2, timeout: 28, failover: 3, quarantined: 1 },
            },
          },
        ],
      });
  });

  it('is counted for each period of time as well, and the periods add up to the whole', async () => {
    const body = await completeness('?interval=30m');
    const [press] = body.devices;
    expect(press.periods).toMatchObject([
      { start_time: at(0), end_time: at(30), expected: 30, stored: 26, missing_by_cause: { waiting: 2 } },
      { start_time: at(30), expected: 30, stored: 29, missing_by_cause: { failover: 1 } },
      { start_time: at(90), end_time: at(120), expected: 30, stored: 30, missing: 0, completeness: 1 },
    ]);
    for (const counted of [body, ...body.devices]) {
      for (const field of ['expected', 'stored', 'quarantined', 'missing']) {
        const sum = counted.periods.reduce((total: number, period: never) => total + period[field], 0);
        expect(sum).toBe(counted[field]);
      }
    }
  });

  it('is counted for periods by the clock that is asked for', async () => {
    const body = await completeness('?interval=1h&utc_offset=%2B05:45');
    expect(body.periods.length).toBeGreaterThan(1);
    for (const { start_time, end_time } of body.periods) {
      expect([new Date(start_time).getUTCMinutes(), new Date(end_time).getUTCMinutes()]).toEqual([15, 15]);
    }
    const sum = (field: string) => body.periods.reduce((total: number, one: never) => total + one[field], 0);
    for (const field of ['expected', 'stored', 'missing']) expect(sum(field)).toBe(body[field]);
  });

  it('is counted for calendar days of the zone that is asked for', async () => {
    const body = await completeness('?interval=1d&time_zone=Europe/Berlin');
    const midnight = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', timeStyle: 'medium' });
    for (const { start_time, end_time } of body.periods) {
      expect([start_time, end_time].map((time) => midnight.format(new Date(time)))).toEqual([
        ...['00:00:00', '00:00:00'],
      ]);
    }
    const sum = (field: string) => body.periods.reduce((total: number, one: never) => total + one[field], 0);
    for (const field of ['expected', 'stored', 'missing']) expect(sum(field)).toBe(body[field]);
  });

  it('is counted for the device and the time that are asked for', async () => {
    const query = `?device=press-1&from=${at(25)}&to=${at(35)}`;
    expect(await completeness(query)).toMatchObject({
      from: at(25),
      to: at(35),
      expected: 10,
      stored: 7,
      missing_by_cause: { failover: 3 },
      devices: [{ device: 'press-1' }],
    });
    expect(await completeness(`?from=${at(61)}&to=${at(89)}`)).toMatchObject({
      expected: 0,
      completeness: null,
    });
  });

  it('of ever so many periods is refused, with what to do', async () => {
    expect(await api.get(`${sessionsPath}/8-1/completeness/?interval=30s`)).toMatchObject({
      status: 422,
      body: { code: 'too_many_periods' },
    });
    const { body } = await api.get(`${sessionsPath}/8-1/completeness/?interval=1d`);
    expect(body.periods).toHaveLength(11);
  });

  it('leaves out the last seconds, whose samples may be on their way, unless they are asked for', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'fresh'));
    const path = `${sessionsPath}/${sessionId}/completeness/`;
    expect((await api.get(path)).body).toMatchObject({ expected: 0, missing: 0 });
    const { body } = await api.get(`${path}?to=now`);
    expect(body.expected).toBeGreaterThan(0);
    expect(body.missing_by_cause).toEqual({ waiting: body.expected });
  });
});

describe('a device whose points are read more often than the task says', () => {
  /** press-1 is read every 10 s, 冷却机 every minute. */
  const fast = async (query: string) => (await api.get(`${sessionsPath}/9-1/${query}`)).body;

  it('is counted in ticks of its own', async () => {
    expect(await fast(`completeness/?to=${at(10)}`)).toMatchObject({
      period_ms: periodMs,
      expected: 60 + 10,
      stored: 48 + 8,
      missing_by_cause: { waiting: 6 + 1, timeout: 6 + 1 },
      devices: [
        { device: 'press-1', period_ms: 10_000, expected: 60, stored: 48 },
        { device: '冷却机', period_ms: periodMs, expected: 10, stored: 8 },
      ],
    });
  });

  it('has its gaps among those of the others in the order of time, also over pages', async () => {
    const all = await fast(`gaps/?to=${at(10)}`);
    const gaps = all.results.map(({ device, cause, start_time, end_time, ticks }: Record<string, string>) => {
      return [device, cause, start_time, end_time, ticks];
    });
    expect(gaps).toEqual([
      ['press-1', 'waiting', at(0), at(1), 6],
      ['冷却机', 'waiting', at(0), at(1), 1],
      ['冷却机', 'timeout', at(5), at(6), 1],
      ['press-1', 'timeout', at(7), at(8), 6],
    ]);
    const gapsOfPages: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: typeof all = await fast(`gaps/?to=${at(10)}&limit=1${cursor && `&cursor=${cursor}`}`);
      gapsOfPages.push(...page.results);
      cursor = page.next_cursor;
    }
    expect(gapsOfPages).toEqual(all.results);
  });

  it('is known as such from the configuration that a start keeps', async () => {
    const taskId = await configureTask(api, 'rates');
    const { body: points } = await api.get('/api/config/points/?limit=500');
    const mine = points.results.findLast(({ code }: { code: string }) => code === 'value-1');
    const patched = await api.request('PATCH', `/api/config/points/${mine.id}/`, { period_ms: 250 });
    expect(patched.status).toBe(200);
    const sessionId = await startTask(api, taskId);
    const { body } = await api.get(`${sessionsPath}/${sessionId}/completeness/?to=now`);
    expect(body).toMatchObject({ period_ms: 1_000, devices: [{ device: 'rates-device', period_ms: 250 }] });
    const { body: recovery } = await api.get('/api/acquisition/recovery/?limit=500');
    expect(recovery.results).toContainEqual(
      expect.objectContaining({ session_id: sessionId, fresh_within_seconds: 15 }),
    );
  });
});

describe('the gaps of a session', () => {
  it('come in order, each with its cause in a word and in a sentence', async () => {
    const { status, body } = await api.get(`${sessionsPath}/7-1/gaps/`);
    expect(status).toBe(200);
    const gaps = body.results.map(
      ({ device, cause, from_tick, ticks }: { [key: string]: string | number }) =>
        [device, cause, Number(from_tick) - tick(0), ticks] as const,
    );
    expect(gaps).toEqual([
      ['press-1', 'waiting', 0, 2],
      ['冷却机', 'waiting', 0, 2],
      ['冷却机', 'timeout', 10, 18],
      ['press-1', 'failover', 28, 3],
      ['冷却机', 'failover', 28, 3],
      ['冷却机', 'timeout', 31, 10],
    ]);
    expect(body.results[2]).toEqual({
      device: '冷却机',
      cause: 'timeout',
      detail: 'the device did not answer in time',
      from_tick: tick(10),
      to_tick: tick(27),
      ticks: 18,
      start_time: at(10),
      end_time: at(28),
      events: [],
    });
    expect(body.next_cursor).toBeNull();
  });

  it('are given in pages that leave none out, also where several begin together', async () => {
    const all = (await api.get(`${sessionsPath}/7-1/gaps/`)).body.results;
    const gapsOfPages: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await api.get(`${sessionsPath}/7-1/gaps/?limit=1${cursor}`);
      expect(body.results).toHaveLength(1);
      gapsOfPages.push(...body.results);
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
    } while (cursor !== '');
    expect(gapsOfPages).toEqual(all);
  });

  it('are filtered by device, cause and time, and cut where the time asked for ends', async () => {
    const of = async (query: string) =>
      (await api.get(`${sessionsPath}/7-1/gaps/${query}`)).body.results.map(
        ({ device, cause, ticks }: { [key: string]: string }) => [device, cause, ticks],
      );
    expect(await of(`?device=${encodeURIComponent('冷却机')}&cause=timeout`)).toEqual([
      ['冷却机', 'timeout', 18],
      ['冷却机', 'timeout', 10],
    ]);
    expect(await of(`?cause=waiting,failover&device=press-1`)).toHaveLength(2);
    expect(await of(`?from=${at(20)}&to=${at(30)}&cause=timeout`)).toEqual([['冷却机', 'timeout', 8]]);
    expect((await api.get(`${sessionsPath}/7-1/gaps/?cause=fate`)).status).toBe(422);
  });

  it('are known without the broker, and the answer says what it could not be asked', async () => {
    const taskId = await configureTask(api, 'kept');
    const sessionId = await startTask(api, taskId);
    const notAsked = async (call: string) => {
      const { status, body } = await api.get(`${sessionsPath}/${sessionId}/${call}/`);
      expect(status).toBe(200);
      return body.not_asked;
    };
    await expect.poll(() => notAsked('gaps')).toEqual([]);
    await nats.stop();
    await eventually(async () => (await notAsked('gaps')).length > 0, { what: 'the broker to be missed' });
    for (const call of ['gaps', 'completeness']) {
      expect(await notAsked(call)).toEqual([
        { what: 'broker', detail: expect.stringContaining('NATS does not answer now') },
      ]);
    }
    await nats.restart();
    await api.ready();
    await eventually(async () => (await notAsked('gaps')).length === 0, { what: 'it to be asked again' });
  });
});

describe('a session at an earlier time', () => {
  it.each<[string, number, () => object]>([
    ['had no collector right after its start', 1, () => ({ status: 'running', epoch: null })],
    ['was on its first collector', 10, () => ({ collector_id: 'c1', epoch: epochs[1] })],
    ['was on the second one after the failover', 45, () => ({ collector_id: 'c2', epoch: epochs[2] })],
    ['was paused', 75, () => ({ status: 'paused', collector_id: null, epoch: null, placement: null })],
    ['ran again', 100, () => ({ status: 'running', collector_id: 'c2', epoch: epochs[5] })],
    ['was stopped', 121, () => ({ status: 'stopped', stopped_at: at(120), last_sequence: epochs[6] })],
  ])('%s', async (_what, minute, expected) => {
    const answer = await api.get(`${sessionsPath}/7-1/?at=${at(minute)}`);
    expect(answer).toMatchObject({
      status: 200,
      body: { id: '7-1', at: at(minute), config_version: 1, ...expected() },
    });
    if (minute < 120) expect(answer.body).toMatchObject({ stopped_at: null, duration_seconds: minute * 60 });
  });

  it('is not there before its start, and the future is unknown', async () => {
    expect(await api.get(`${sessionsPath}/7-1/?at=${at(-1)}`)).toMatchObject({
      status: 404,
      body: { code: 'session_not_started_yet' },
    });
    expect(await api.get(`${sessionsPath}/7-1/?at=2999-01-01T00:00:00Z`)).toMatchObject({ status: 422 });
    const now = (await api.get(`${sessionsPath}/7-1/?at=now`)).body;
    const { at: _at, last_sequence: _sequence, ...then } = now;
    expect(then).toEqual((await api.get(`${sessionsPath}/7-1/`)).body);
  });
});
