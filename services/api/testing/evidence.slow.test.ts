import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { TickOutcome } from '@holdfast/sample-store/tick-coverage.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliForTest } from '../../../test/cli/cli-for-test.ts';
import { type ApiUnderTest, sessionsPath, startApi } from './api-under-test.ts';
import { configOf, writeStory } from './write-story.ts';

let api: ApiUnderTest;
let epochs: number[];
let moves: number[];

const drained = '4bf92f3577b34da6a3ce929d0e0e4736';
const stopped = 'a'.repeat(32);

const periodMs = 60_000;
/** Midnight in Berlin, one day before the clock is put forward. */
const beginMs = Date.parse('2026-03-27T23:00:00.000Z');
const tick = (minute: number) => beginMs / periodMs + minute;
const at = (minute: number) => new Date(beginMs + minute * periodMs).toISOString();
const day = 1_440;
const window = `from=${at(0)}&to=${at(3 * day - 60)}`;
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
const ask = async (path: string): Promise<any> => (await api.get(`/api/acquisition/${path}`)).body;

beforeAll(async () => {
  const nats = await natsForTest();
  const database = await freshDatabase();
  api = await startApi({ nats: nats.url, database, env: { PLANT_TIME_ZONE: 'Europe/Berlin' } });
  await api.ready();
  await migrateSampleTables({ databaseUrl: database });
  const log = await sessionLogForTest(nats.url);
  epochs = await writeStory(log, configOf('7', ['press-1', '冷却机'], periodMs), [
    { at: at(0), what: 'started' },
    { at: at(0), what: 'assigned', to: 'c1', reason: 'start' },
    { at: at(101), what: 'assigned', to: 'c2', reason: 'failover' },
    { at: at(600), what: 'paused' },
    { at: at(700), what: 'resumed' },
    { at: at(700), what: 'assigned', to: 'c1', reason: 'resume' },
    { at: at(3 * day - 60), what: 'stopped' },
  ]);
  await writeStory(log, configOf('8', ['press-1'], periodMs), [
    { at: at(3 * day), what: 'started' },
    { at: at(3 * day), what: 'assigned', to: 'c3', reason: 'start' },
    { at: at(3 * day + 10), what: 'stopped' },
  ]);
  moves = await writeStory(log, configOf('9', ['press-1'], periodMs), [
    { at: at(5 * day), what: 'started' },
    { at: at(5 * day), what: 'assigned', to: 'c1', reason: 'start' },
    { at: at(5 * day + 10), what: 'assigned', to: 'c2', reason: 'drain', trace: drained },
    { at: at(5 * day + 20), what: 'assigned', to: 'c3', reason: 'rebalance' },
    { at: at(5 * day + 30), what: 'assigned', to: 'c1', reason: 'drain' },
    { at: at(5 * day + 40), what: 'stopped', trace: stopped },
  ]);
  const store = openPostgresSampleStore({ databaseUrl: database });
  const coverage = openPostgresTickCoverage({ databaseUrl: database });
  cleanUpAfterFile(() => Promise.all([store.close(), coverage.close()]).then(() => undefined));
  const [, first = 0, second = 0, , , third = 0] = epochs;
  for (const device of ['press-1', '冷却机']) {
    const entry = (outcome: TickOutcome, from: number, to: number, sessionId = '7-1') => ({
      ...{ sessionId, deviceCode: device, periodMs, outcome },
      ...{ from: tick(from), to: tick(to) },
    });
    await coverage.record([
      entry('stored', 0, 97),
      entry('stored', 102, 399),
      // This device is silent over a change of day, which no change of holder caused.
      ...(device === 'press-1' ? [] : [entry('timeout', 400, 409)]),
      entry('stored', device === 'press-1' ? 400 : 410, 599),
      entry('stored', 700, 3 * day - 61),
      entry('stored', 3 * day, 3 * day + 9, '8-1'),
    ]);
    // The writer records each holder's first tick when it stores the holder's first sample.
    const sample = (epoch: number, minute: number, sequence: number) => ({
      ...{ session: '7-1', epoch, task: '7', device, site: '', measurement: device, sequence },
      ...{ tick: tick(minute), period_ms: periodMs, time: beginMs + minute * periodMs },
      values: { count: minute },
    });
    const writeOutcome = await store.write([
      sample(first, 0, 1),
      sample(second, 102, 2),
      sample(third, 700, 3),
    ]);
    expect(writeOutcome).toEqual({ kind: 'written' });
  }
  await coverage.record(
    [
      [0, 8],
      [12, 18],
      [22, 28],
      [32, 38],
    ].map(([from = 0, to = 0]) => ({
      ...{ sessionId: '9-1', deviceCode: 'press-1', periodMs, outcome: 'stored' as const },
      ...{ from: tick(5 * day + from), to: tick(5 * day + to) },
    })),
  );
  // c1 woke up and sent once more for three ticks that c2 had read.
  const late = { sessionId: '7-1', deviceCode: 'press-1', periodMs, outcome: 'fenced' } as const;
  await coverage.record([{ ...late, from: tick(104), to: tick(106) }]);
  // A single session also shows events that the read model still lacks, but lists do not.
  const areOver = async (): Promise<boolean> => {
    const { results } = (await api.get(`${sessionsPath}/`)).body;
    return results.filter(({ status }: { status: string }) => status === 'stopped').length === 3;
  };
  await eventually(areOver, { what: 'the read model to have the log' });
  // A broker that needs more than a second for the first question counts as not asked.
  await eventually(async () => (await ask(`ownership/?${window}`)).not_asked.length === 0, {
    what: 'the broker to have been asked',
  });
});

describe('ownership', () => {
  it('tells who held a session, from its first to its last sample, and what each change cost', async () => {
    const { results, from, to, not_asked, next_cursor } = await ask(`ownership/?${window}`);
    expect({ from, to, not_asked, next_cursor }).toEqual({
      ...{ from: at(0), to: at(3 * day - 60) },
      ...{ not_asked: [], next_cursor: null },
    });
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({
      ...{
        session_id: '7-1',
        task_code: 'task-7',
        status: 'stopped',
        error_message: null,
        spans_left_out: 0,
      },
      life: [
        { state: 'running', from: at(0), to: at(600) },
        { state: 'paused', from: at(600), to: at(700) },
        { state: 'running', from: at(700), to: at(3 * day - 60) },
      ],
    });
    expect(results[0].spans).toEqual([
      {
        ...{ nth: 1, epoch: epochs[1], collector_id: 'c1', reason: 'start', from: at(0), to: at(101) },
        ...{ ended_by: 'session.assigned', first_sample: at(0), last_sample: at(97) },
        ...{ missing_before: 0, read_twice: null },
      },
      {
        ...{ nth: 2, epoch: epochs[2], collector_id: 'c2', reason: 'failover', from: at(101), to: at(600) },
        ...{ ended_by: 'session.paused', first_sample: at(102), last_sample: at(599) },
        // This is four minutes of two devices; that one of them was silent later is not a cost of the change.
        missing_before: 8,
        read_twice: { ticks: 3, from: at(104), to: at(106) },
      },
      {
        ...{
          nth: 3,
          epoch: epochs[5],
          collector_id: 'c1',
          reason: 'resume',
          from: at(700),
          to: at(3 * day - 60),
        },
        ...{ ended_by: 'session.stopped', first_sample: at(700), last_sample: at(3 * day - 61) },
        ...{ missing_before: 0, read_twice: null },
      },
    ]);
  });

  it('is of the time, the session, the task and the collector that are asked for, in pages', async () => {
    const idsOf = async (query: string) =>
      (await ask(`ownership/?${query}`)).results.map((row: { session_id: string }) => row.session_id);
    const both = `from=${at(0)}&to=${at(4 * day)}`;
    expect(await idsOf(both)).toEqual(['8-1', '7-1']);
    expect(await idsOf(`${both}&session=7-1`)).toEqual(['7-1']);
    expect(await idsOf(`${both}&task=task-8`)).toEqual(['8-1']);
    expect(await idsOf(`${both}&task=7`)).toEqual(['7-1']);
    expect(await idsOf(`${both}&collector=c2`)).toEqual(['7-1']);
    expect(await idsOf(`${both}&collector=c9`)).toEqual([]);
    const first = await ask(`ownership/?${both}&limit=1`);
    expect(first.results).toMatchObject([{ session_id: '8-1' }]);
    const second = await ask(`ownership/?${both}&limit=1&cursor=${first.next_cursor}`);
    expect(second).toMatchObject({ results: [{ session_id: '7-1' }], next_cursor: null });
    const within = await ask(`ownership/?from=${at(200)}&to=${at(300)}`);
    expect(within.results[0].spans).toMatchObject([
      { nth: 2, first_sample: at(200), last_sample: at(299), missing_before: null },
    ]);
  });
});

describe('completeness of all sessions', () => {
  it('is counted by days of the plant, of which one has 23 hours', async () => {
    const { periods, results, time_zone } = await ask(`completeness/?${window}&interval=1d`);
    expect(time_zone).toBe('Europe/Berlin');
    expect(periods).toEqual([
      { start_time: at(0), end_time: at(day) },
      { start_time: at(day), end_time: at(2 * day - 60) },
      { start_time: at(2 * day - 60), end_time: at(3 * day - 60) },
    ]);
    const { body: own } = await api.get(`${sessionsPath}/7-1/completeness/?${window}`);
    const { expected, stored, quarantined, missing, missing_by_cause, completeness } = own;
    expect(missing_by_cause).toEqual({ failover: 8, timeout: 10 });
    expect(results).toEqual([
      {
        ...{ session_id: '7-1', task_code: 'task-7', task_name: '', status: 'stopped', device: null },
        sites: [],
        counts: { expected, stored, quarantined, missing, missing_by_cause, completeness },
        ...{ values: null, never_delivered: null },
        by_period: {
          expected: [2 * (day - 100), 2 * (day - 60), 2 * day],
          stored: [2 * (day - 100) - 18, 2 * (day - 60), 2 * day],
          quarantined: [],
          missing: [
            { period: 0, cause: 'failover', ticks: 8 },
            { period: 0, cause: 'timeout', ticks: 10 },
          ],
          due: [],
        },
      },
    ]);
  });

  it('has as many hours in a day as the clock shows, or those of the clock that is asked for', async () => {
    const ofDay = `from=${at(day)}&to=${at(2 * day - 60)}`;
    const hours = async (query: string) =>
      (await ask(`completeness/?${ofDay}&interval=1h${query}`)).periods as { start_time: string }[];
    expect(await hours('')).toHaveLength(23);
    const kathmandu = await hours('&time_zone=Asia/Kathmandu');
    expect(kathmandu.every(({ start_time }) => start_time.endsWith(':15:00.000Z'))).toBe(true);
    expect(await hours('&utc_offset=%2B05:45')).toEqual(kathmandu);
    expect(await hours('&utc_offset=Z')).toHaveLength(23);
  });

  it('is counted by device over all sessions that have read it, also in pages', async () => {
    const both = `from=${at(0)}&to=${at(4 * day)}&by=device&interval=1d`;
    const { results } = await ask(`completeness/?${both}`);
    expect(results.map(({ device, counts }: never) => [device, counts])).toEqual([
      ['press-1', expect.objectContaining({ missing: 4, missing_by_cause: { failover: 4 } })],
      ['冷却机', expect.objectContaining({ missing: 14, missing_by_cause: { failover: 4, timeout: 10 } })],
    ]);
    const [press] = results;
    expect(press).toMatchObject({ session_id: null, sites: [''] });
    expect(press.by_period.expected).toEqual([day - 100, day - 60, day, 10, 0]);
    expect(press.by_period.due).toEqual([{ period: 3, from: at(3 * day), to: at(3 * day + 10) }]);
    const first = await ask(`completeness/?${both}&limit=1`);
    const second = await ask(`completeness/?${both}&limit=1&cursor=${first.next_cursor}`);
    expect([...first.results, ...second.results]).toEqual(results);
    expect(second.next_cursor).toBeNull();
    expect((await ask(`completeness/?${both}&device=press-1`)).results).toEqual([press]);
  });
});

describe('the gaps of all sessions', () => {
  it('are listed once for all devices that miss the same, oldest first, and in pages', async () => {
    const { results } = await ask(`gaps/?${window}`);
    expect(results).toEqual([
      {
        ...{ session_id: '7-1', task_code: 'task-7', cause: 'failover' },
        detail: 'the collector was lost and another took the session over',
        ...{
          start_time: at(98),
          end_time: at(102),
          ticks: 8,
          devices: ['press-1', '冷却机'],
          device_count: 2,
        },
        events: [
          {
            ...{ sequence: epochs[2], type: 'session.assigned', time: at(101), decided_by: 'system' },
            ...{ reason: 'failover', collector_id: 'c2', by: null, trace_id: null },
          },
        ],
      },
      {
        ...{ session_id: '7-1', task_code: 'task-7', cause: 'timeout' },
        detail: 'the device did not answer in time',
        ...{ start_time: at(400), end_time: at(410), ticks: 10, devices: ['冷却机'], device_count: 1 },
        events: [],
      },
    ]);
    const first = await ask(`gaps/?${window}&limit=1`);
    const second = await ask(`gaps/?${window}&limit=1&cursor=${first.next_cursor}`);
    expect([...first.results, ...second.results]).toEqual(results);
    expect(second.next_cursor).toBeNull();
    expect((await ask(`gaps/?${window}&cause=timeout`)).results).toEqual([results[1]]);
    expect((await ask(`gaps/?${window}&device=press-1`)).results).toMatchObject([{ ticks: 4 }]);
  });
});

describe('a gap', () => {
  const ofDay = `from=${at(5 * day)}&to=${at(6 * day)}`;
  const origins = (gaps: { cause: string; events: Record<string, unknown>[] }[]) =>
    gaps.map(({ cause, events }) => [
      cause,
      ...events.map(({ sequence, decided_by, trace_id, by }) => [sequence, decided_by, trace_id, by]),
    ]);
  const all = () => [
    ['drain', [moves[2], 'command', drained, null]],
    ['rebalance', [moves[3], 'system', null, null]],
    ['drain', [moves[4], 'shutdown', null, null]],
    ['session_end', [moves[5], 'command', stopped, 'test']],
  ];

  it('leads to the event that it comes of, and to the command behind that, or says that there was none', async () => {
    expect(origins((await ask(`gaps/?${ofDay}`)).results)).toEqual(all());
    expect(origins((await ask(`sessions/9-1/gaps/`)).results)).toEqual(all());
    const [row] = (await ask(`report/?${ofDay}`)).results;
    expect(origins(row.gaps)).toEqual(all());
  });

  it('is found by the command that it comes of', async () => {
    for (const path of [`gaps/?${ofDay}`, 'sessions/9-1/gaps/?']) {
      expect(origins((await ask(`${path}&trace=${drained}`)).results)).toEqual(all().slice(0, 1));
      expect((await ask(`${path}&trace=${'b'.repeat(32)}`)).results).toEqual([]);
      expect(await ask(`${path}&trace=7`)).toMatchObject({ status: 422, code: 'validation_failed' });
    }
    const cli = cliForTest({ HOLDFAST_URL: api.url, TZ: 'UTC' });
    const time = ['--from', at(5 * day), '--to', at(6 * day)];
    const ofTrace = await cli.run('gaps', ...time, '--trace', stopped, '--table');
    expect(ofTrace.stdout).toContain(`stopped ${moves[5]}, trace ${stopped}`);
    const chinese = cliForTest({ HOLDFAST_URL: api.url, TZ: 'UTC', HOLDFAST_LANG: 'zh' });
    const { stdout } = await chinese.run('sessions', 'gaps', '9-1', '--table');
    expect(stdout).toContain(`assigned ${moves[3]}，系统自行决定`);
  });
});

describe('the report', () => {
  it('has minimum, mean, maximum and count of each point by part, next to the completeness of its device', async () => {
    const { body: device } = await api.post('/api/config/devices/', { code: '冷却机', host: '127.0.0.1' });
    const { body: other } = await api.post('/api/config/devices/', {
      code: 'unread',
      host: '127.0.0.1',
      unit_id: 2,
    });
    const point = { table: 'holding_register', address: 0, data_type: 'uint16' };
    await api.post('/api/config/points/', {
      ...point,
      device_id: device.id,
      code: 'count',
      name: '计数',
      unit: 'pcs',
    });
    await api.post('/api/config/points/', { ...point, device_id: other.id, code: 'count' });
    const { parts, results, is_cut } = await ask(`report/values/?${window}&split=day`);
    expect(parts.map(({ start_time }: { start_time: string }) => start_time)).toEqual([
      ...[at(0), at(day), at(2 * day - 60)],
    ]);
    // 14 ticks of 1,340 that were due are missing: 4 by the failover and 10 in which the device was silent.
    const none = { count: 0, min: null, mean: null, max: null };
    expect(results).toEqual([
      {
        ...{ device: '冷却机', point_code: 'count', name: '计数', unit: 'pcs' },
        by_part: [
          { count: 3, min: 0, mean: (102 + 700) / 3, max: 700, completeness: 1_326 / 1_340 },
          { ...none, completeness: 1 },
          { ...none, completeness: 1 },
        ],
      },
    ]);
    expect(is_cut).toBe(false);
    expect((await ask(`report/values/?${window}&device=unread`)).results).toEqual([]);
    expect((await ask(`report/values/?${window}&split=shift`)).errors).toMatchObject([{ path: 'site' }]);
  });

  it('accounts for each day of the plant: expected, stored, missing by cause, and who held it', async () => {
    const { parts, results } = await ask(`report/?${window}&split=day`);
    expect(parts).toHaveLength(3);
    expect(results).toMatchObject([
      {
        session_id: '7-1',
        counts: { missing: 18 },
        by_part: [
          { expected: 2 * (day - 100), missing: 18, missing_by_cause: { failover: 8, timeout: 10 } },
          { expected: 2 * (day - 60), missing: 0, completeness: 1 },
          { expected: 2 * day, missing: 0 },
        ],
        due: [],
        holders: [{ nth: 1 }, { nth: 2 }, { nth: 3 }],
        gaps: [{ cause: 'failover' }, { cause: 'timeout' }],
        gaps_left_out: 0,
      },
    ]);
  });

  it('says from when to when ticks of a session were due that did not run all the time', async () => {
    const time = `from=${at(5 * day - 60)}&to=${at(6 * day)}`;
    const { results } = await ask(`report/?${time}`);
    expect(results).toMatchObject([
      { session_id: '9-1', due: [{ part: 0, from: at(5 * day), to: at(5 * day + 40) }] },
    ]);
    const table = await fetch(`${api.url}/api/acquisition/report/csv/?${time}`).then((answer) =>
      answer.text(),
    );
    expect(table.trimEnd().split('\r\n')[1]).toMatch(
      /,2026-04-02 01:00:00 \+02:00,2026-04-02 01:40:00 \+02:00$/,
    );
  });

  it('goes by the shifts of a site, which are checked when they are set', async () => {
    const shifts = [
      { name: 'early', start: '06:00' },
      { name: 'night', start: '22:00' },
    ];
    const refused = await api.post('/api/config/sites/', {
      code: 'hall-x',
      shifts: [...shifts, { name: 'early', start: '25:00' }],
    });
    expect(refused.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      'shifts.2.start',
      'shifts.2.name',
    ]);
    const { body: site } = await api.post('/api/config/sites/', { code: 'hall-1' });
    expect(site.shifts).toEqual([]);
    const ofSite = `report/?from=${at(0)}&to=${at(2 * day - 60)}&split=shift`;
    expect(await ask(ofSite)).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(await ask(`${ofSite}&site=hall-1`)).toMatchObject({ code: 'site_has_no_shifts' });
    await api.request('PATCH', `/api/config/sites/${site.id}/`, { shifts });
    const { parts } = await ask(`${ofSite}&site=hall-1`);
    expect(parts).toEqual([
      { name: 'night', start_time: at(0), end_time: at(360) },
      { name: 'early', start_time: at(360), end_time: at(1_320) },
      // This shift has seven hours, because the clock is put forward during it.
      { name: 'night', start_time: at(1_320), end_time: at(1_320 + 420) },
      { name: 'early', start_time: at(1_740), end_time: at(1_740 + 960) },
      { name: 'night', start_time: at(2_700), end_time: at(2 * day - 60) },
    ]);
  });

  it('is a table that spreadsheets open, in the time of the plant', async () => {
    const response = await fetch(
      `${api.url}/api/acquisition/report/csv/?${window}&split=day&title=${encodeURIComponent('=Batch "7"')}`,
    );
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toContain('holdfast-report-2026-03-27.csv');
    const text = await response.text().then((body) => body.replace('\uFEFF', ''));
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(
      /^title,part,from,to,session,task,.*,missing_timeout,.*,holders,due_from,due_to$/,
    );
    expect(lines[1]).toContain(
      `"'=Batch ""7""",,2026-03-28 00:00:00 +01:00,2026-03-29 00:00:00 +01:00,7-1,task-7,,,2680,2662,0,18,99.3283,10,`,
    );
    expect(lines[1]).toContain(`c2 (epoch ${epochs[2]}) 2026-03-28 01:41:00 +01:00`);
    expect(lines[2]).toContain('2026-03-30 00:00:00 +02:00');
  });
});

it('all of it is shown on the command line as well', async () => {
  const cli = cliForTest({ HOLDFAST_URL: api.url, TZ: 'UTC' });
  const time = ['--from', at(0), '--to', at(3 * day - 60)];
  const run = async (...words: string[]) => {
    const { code, stdout, stderr } = await cli.run(...words, ...time);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const second = (await run('ownership', '--table')).split('\n')[2];
  expect(second).toMatch(/^7-1 +task-7 +c2 +2 +\d+ +failover .* 8 +3$/);
  expect(await run('completeness', '--table', '--by', 'device')).toMatch(/冷却机 .* failover 4, timeout 10/);
  const gaps = JSON.parse(await run('gaps', '--cause', 'timeout'));
  expect(gaps).toMatchObject([{ ticks: 10, devices: ['冷却机'] }]);
  expect(await run('report', '--split', 'day', '--title', 'Batch 7')).toContain(
    '\nBatch 7,,2026-03-28 00:00:00',
  );
});
