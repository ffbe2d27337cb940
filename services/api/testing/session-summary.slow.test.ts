import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, sessionsPath, startApi, startTask } from './api-under-test.ts';
import { configOf, writeStory } from './write-story.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let api: ApiUnderTest;
let log: SessionLogForTest;
let epoch = 0;

const periodMs = 60_000;
const beginMs = Date.parse('2026-01-01T08:00:00.000Z');
const tick = (minute: number) => beginMs / periodMs + minute;
const at = (minute: number) => new Date(beginMs + minute * periodMs).toISOString();
const path = `${sessionsPath}/summary/`;
const window = `from=${at(0)}&to=${at(120)}`;

// biome-ignore lint/suspicious/noExplicitAny: rows of every shape
type Row = any;
const ask = async (query: string) => (await api.get(`${path}?${query}`)).body;
const row = async (id: string, query = ''): Promise<Row> =>
  (await ask(`limit=500&${query}`)).results.find((each: Row) => each.id === id);
const codesOf = (summary: Row) => summary?.attention.map(({ code }: { code: string }) => code);

function wordOf(session: string, changes: Partial<SessionLiveStatus>): SessionLiveStatus {
  return {
    v: 1,
    session,
    epoch,
    collector: 'c1',
    instance: 'life',
    state: 'polling',
    detail: '',
    updated_at: new Date().toISOString(),
    points_read: 0,
    error_count: 0,
    last_read_time: at(119),
    device_health: {},
    ...changes,
  };
}
const healthy = {
  status: 'healthy',
  consecutive_failures: 0,
  last_success: at(119),
  last_error: null,
} as const;
const silent = {
  status: 'timeout',
  consecutive_failures: 9,
  last_success: at(50),
  last_error: 'no answer within 1 s',
} as const;

beforeAll(async () => {
  nats = await natsForTest();
  const database = await freshDatabase();
  api = await startApi({ nats: nats.url, database });
  await api.ready();
  await migrateSampleTables({ databaseUrl: database });
  log = await sessionLogForTest(nats.url);
  const story = [
    { at: at(0), what: 'started' },
    { at: at(2), what: 'assigned', to: 'c1', reason: 'start' },
    { at: at(60), what: 'paused' },
    { at: at(90), what: 'resumed' },
  ] as const;
  const resumed = { at: at(90), what: 'assigned', to: 'c1', reason: 'resume' } as const;
  await writeStory(log, configOf('101', ['press-1', '冷却机'], periodMs), [
    ...story,
    resumed,
    { at: at(110), what: 'stopped' },
  ]);
  const sequences = await writeStory(log, configOf('102', ['oven-1', 'oven-2'], periodMs), [
    ...story,
    resumed,
  ]);
  epoch = sequences.at(-1) ?? 0;
  await writeStory(log, configOf('103', ['saw-1'], periodMs), story.slice(0, 3));
  await writeStory(log, configOf('104', ['lathe-1'], periodMs), [
    ...story.slice(0, 2),
    { at: at(30), what: 'failed' },
  ]);
  const coverage = openPostgresTickCoverage({ databaseUrl: database });
  cleanUpAfterFile(() => coverage.close());
  for (const [sessionId, first, second] of [
    ['101-1', 'press-1', '冷却机'],
    ['102-1', 'oven-1', 'oven-2'],
  ] as const) {
    const entry = (
      deviceCode: string,
      outcome: 'stored' | 'timeout' | 'quarantined',
      from: number,
      to: number,
    ) => ({
      ...{ sessionId, deviceCode, periodMs, outcome },
      ...{ from: tick(from), to: tick(to) },
    });
    await coverage.record([
      entry(first, 'stored', 2, 59),
      entry(first, 'stored', 90, 119),
      entry(second, 'stored', 2, 30),
      entry(second, 'timeout', 31, 44),
      entry(second, 'quarantined', 45, 45),
      entry(second, 'stored', 46, 59),
      entry(second, 'stored', 90, 119),
    ]);
  }
  await eventually(async () => (await row('104-1'))?.status === 'error', { what: 'the log to be read' });
});

describe('a session in the summary', () => {
  it('has the ticks that its completeness has, by time, and what it did meanwhile', async () => {
    const summary = await row('102-1', window);
    const { body: completeness } = await api.get(`${sessionsPath}/102-1/completeness/?${window}`);
    const { expected, stored, quarantined, missing, missing_by_cause } = completeness;
    expect(missing_by_cause).toMatchObject({ timeout: 14, waiting: 4 });
    expect(summary.counts).toEqual({
      ...{ expected, stored, quarantined, missing, missing_by_cause },
      completeness: completeness.completeness,
    });
    const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
    expect(summary.ribbon.expected).toHaveLength(96);
    expect([sum(summary.ribbon.expected), sum(summary.ribbon.stored)]).toEqual([expected, stored]);
    expect(sum(summary.ribbon.missing.map(({ ticks }: Row) => ticks))).toBe(missing);
    expect(summary.ribbon.quarantined).toEqual([{ bucket: 36, ticks: 1 }]);
    expect(summary.ribbon.life).toEqual([
      { state: 'running', from: at(0), to: at(60) },
      { state: 'paused', from: at(60), to: at(90) },
      { state: 'running', from: at(90), to: at(120) },
    ]);
  });

  it('has a bucket for each part of the time', async () => {
    const page = await ask(`${window}&buckets=4&status=stopped`);
    expect(page).toMatchObject({ from: at(0), to: at(120), bucket_seconds: 1_800, buckets: 4 });
    expect(page.results[0]).toMatchObject({
      id: '101-1',
      since: at(110),
      attention: [],
      devices: null,
      ribbon: {
        expected: [60, 60, 0, 40],
        stored: [56, 45, 0, 40],
        missing: [
          { bucket: 0, cause: 'waiting', ticks: 4 },
          { bucket: 1, cause: 'timeout', ticks: 14 },
        ],
      },
    });
    expect(page.results[0].ribbon.life.at(-1)).toEqual({ state: 'over', from: at(110), to: at(120) });
  });

  it('says how its devices are, how fast it is read, and why it needs attention', async () => {
    const board = await StatusBoard.open(log.nc);
    const spoken = Date.now() - 10_000;
    const say = (seconds: number, points_read: number, health: SessionLiveStatus['device_health']) =>
      board.write(
        '102',
        wordOf('102-1', {
          points_read,
          updated_at: new Date(spoken + seconds * 1_000).toISOString(),
          device_health: health,
        }),
      );
    await say(0, 100, { 'oven-1': healthy, 'oven-2': silent });
    // Waits until this word was heard, because the next one replaces it.
    await expect.poll(() => row('102-1')).toMatchObject({ devices: { failing_codes: ['oven-2'] } });
    await say(5, 150, { 'oven-1': healthy, 'oven-2': silent });
    await expect
      .poll(() => row('102-1'))
      .toMatchObject({
        placement: { state: 'placed', collector_id: 'c1' },
        since: at(90),
        devices: { total: 2, healthy: 1, failing: 1, unknown: 0, failing_codes: ['oven-2'] },
        values_per_s: { now: 10, planned: null },
        last_read_at: at(119),
      });
    // No samples arrive, and the collector's word alone is no proof. The comparison takes place every few seconds.
    await expect.poll(async () => codesOf(await row('102-1'))).toEqual(['not_read', 'some_devices_failing']);
    const summary = await row('102-1');
    expect(summary.attention[1]).toEqual({
      ...{ code: 'some_devices_failing', severity: 2, since: at(50) },
      detail: 'oven-2: no answer within 1 s',
    });
    await say(9, 200, { 'oven-1': silent, 'oven-2': silent });
    await expect.poll(async () => codesOf(await row('102-1'))).toEqual(['not_read', 'devices_failing']);
  });

  it('that has failed needs attention, one that is paused does not', async () => {
    expect(codesOf(await row('104-1'))).toEqual(['failed']);
    expect(await row('103-1')).toMatchObject({
      status: 'paused',
      since: at(60),
      attention: [],
      devices: null,
    });
  });

  it('says whether a start now would run on another configuration', async () => {
    const taskId = await configureTask(api, 'changing');
    const sessionId = await startTask(api, taskId);
    expect(await row(sessionId)).toMatchObject({
      task_name: 'Task changing',
      values_per_s: { now: null, planned: 2 },
      ...{ config_version: 1, is_newer_configured: false },
    });
    expect((await api.request('PATCH', `/api/config/tasks/${taskId}/`, { period_ms: 500 })).status).toBe(200);
    expect(await row(sessionId)).toMatchObject({ config_version: 1, is_newer_configured: true });
    await expect.poll(async () => codesOf(await row(sessionId))).toEqual(['waiting']);
  });
});

describe('the summary', () => {
  it('counts what there is, filters it, and has those on top that need attention', async () => {
    const all = await ask('limit=500');
    const ids = (page: Row) => page.results.map(({ id }: { id: string }) => id);
    expect(all.counts).toMatchObject({ all: 4, running: 2, paused: 1, error: 1, waiting: 1, stopped: 1 });
    expect(ids(all)).toHaveLength(4);
    expect(ids(all)).not.toContain('101-1');
    expect(ids(all).at(-1)).toBe('103-1');
    expect(all.counts.attention).toBe(ids(await ask('attention=true')).length);
    expect(ids(await ask('status=stopped,paused&sort=started'))).toEqual(['103-1', '101-1']);
    expect(ids(await ask('search=TASK-10&sort=name'))).toEqual(['102-1', '103-1', '104-1']);
    expect(ids(await ask('search=%25'))).toEqual([]);
    expect(ids(await ask('collector=c1'))).toEqual(['102-1']);
    expect(ids(await ask('task=103'))).toEqual(['103-1']);
    expect(ids(await ask('site=nowhere'))).toEqual([]);
    expect((await ask('search=task-103')).counts).toMatchObject({ all: 1, paused: 1, stopped: 0 });
  });

  it('is sorted by completeness over all pages', async () => {
    const ids: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await ask(
        `${window}&sort=completeness&limit=1&status=running,paused,stopped,error${cursor}`,
      );
      ids.push(...page.results.map(({ id }: { id: string }) => id));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    const share = async (id: string) =>
      (await api.get(`${sessionsPath}/${id}/completeness/?${window}`)).body.completeness ?? 2;
    const shares = await Promise.all(ids.map(share));
    expect(ids).toHaveLength(5);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it.each([
    'from=now&to=-1h',
    'from=2999-01-01T00:00:00Z&to=2999-01-02T00:00:00Z',
    'buckets=0',
    'buckets=1001',
    'sort=fate',
    'attention=maybe',
    'status=lost',
  ])('with %s is refused', async (query) => {
    expect(await api.get(`${path}?${query}`)).toMatchObject({
      status: 422,
      body: { code: 'validation_failed' },
    });
  });

  it('is given without the broker, and says what it could not be asked', async () => {
    await expect.poll(async () => (await ask('')).not_asked).toEqual([]);
    await nats.stop();
    await eventually(async () => (await ask('')).not_asked.length > 0, { what: 'the broker to be missed' });
    const summary = await row('102-1', window);
    expect(summary.counts).toMatchObject({ stored: 161 });
    await nats.restart();
    await api.ready();
  });
});
