import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import { HealthStream } from '@holdfast/shared/jetstream/streams/health-stream.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, sessionsPath } from './api-under-test.ts';
import { configOf, writeStory } from './write-story.ts';

let api: ApiClient;

const minuteMs = 60_000;
/** A past hour, because the broker's clock stamps what happens now, and HEALTH is read by that. */
const beginMs = Math.floor(Date.now() / minuteMs) * minuteMs - 70 * minuteMs;
const at = (minute: number) => new Date(beginMs + minute * minuteMs).toISOString();
const minutes = ({ from, to }: { from: string; to: string }) => [
  (Date.parse(from) - beginMs) / minuteMs,
  (Date.parse(to) - beginMs) / minuteMs,
];
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
type AnyBody = any;
const ask = async (path: string): Promise<AnyBody> => (await api.get(path)).body;

beforeAll(async () => {
  const nats = await natsForTest();
  const database = await apiDatabase();
  api = await startApiInProcess({ nats: nats.url, database });
  await api.ready();
  await migrateSampleTables({ databaseUrl: database });
  const log = await sessionLogForTest(nats.url);
  await writeStory(log, configOf('7', ['press-1', 'press-2'], minuteMs), [
    { at: at(0), what: 'started' },
    { at: at(0), what: 'assigned', to: 'c1', reason: 'start' },
    { at: at(20), what: 'assigned', to: 'c2', reason: 'failover' },
    { at: at(30), what: 'paused' },
    { at: at(40), what: 'resumed' },
    { at: at(40), what: 'assigned', to: 'c2', reason: 'resume' },
    { at: at(60), what: 'stopped' },
  ]);
  const coverage = openPostgresTickCoverage({ databaseUrl: database });
  cleanUpAfterFile(() => coverage.close());
  const tick = (minute: number) => beginMs / minuteMs + minute;
  const entry = (deviceCode: string, outcome: 'stored' | 'timeout', from: number, to: number) => ({
    ...{ sessionId: '7-1', deviceCode, periodMs: minuteMs, outcome },
    ...{ from: tick(from), to: tick(to) },
  });
  await coverage.record([
    entry('press-1', 'stored', 0, 17),
    entry('press-1', 'stored', 21, 29),
    entry('press-1', 'stored', 40, 59),
    entry('press-2', 'stored', 0, 49),
    entry('press-2', 'timeout', 50, 59),
  ]);
  const health = new HealthStream(log.nc);
  const becomes = (minute: number, to: 'healthy' | 'timeout', from: 'healthy' | null, session = '7-1') =>
    health.publish({
      ...{ v: 1, session, task: '7', device_id: '2', device: 'press-2', collector: 'c2' },
      ...{ from, to, detail: to === 'timeout' ? 'no answer within 1 s' : '', time: at(minute) },
    });
  await becomes(1, 'healthy', null);
  await becomes(50, 'timeout', 'healthy');
  await becomes(61, 'healthy', null, '7-2');
  await eventually(async () => (await ask(`${sessionsPath}/7-1/`)).status === 'stopped', {
    what: 'the log to be read',
  });
});

describe('the timeline of a session', () => {
  it('has the lanes of its whole life', async () => {
    await expect.poll(async () => (await ask(`${sessionsPath}/7-1/timeline/`)).not_asked).toEqual([]);
    const line = await ask(`${sessionsPath}/7-1/timeline/?buckets=6`);
    expect(line).toMatchObject({
      ...{ session_id: '7-1', task_code: 'task-7', from: at(0), to: at(60), stopped_at: at(60) },
      ...{ buckets: 6, bucket_seconds: 600, is_cut: false },
    });
    expect(line.life.map((one: AnyBody) => [one.state, ...minutes(one)])).toEqual([
      ['running', 0, 30],
      ['paused', 30, 40],
      ['running', 40, 60],
    ]);
    expect(line.holders.map((one: AnyBody) => [one.number, one.collector_id, ...minutes(one)])).toEqual([
      [1, 'c1', 0, 20],
      [2, 'c2', 20, 30],
      [3, 'c2', 40, 60],
    ]);
    const [first, second] = line.devices;
    expect(first).toMatchObject({ device: 'press-1', health: [] });
    expect(first.gaps.map(minutes)).toEqual([[18, 21]]);
    expect(second.health.map((one: AnyBody) => [one.status, ...minutes(one)])).toEqual([
      ['healthy', 1, 50],
      ['timeout', 50, 60],
    ]);
    expect(second.gaps.map((one: AnyBody) => [one.ticks, ...minutes(one)])).toEqual([[10, 50, 60]]);
    expect(line.ticks.expected).toEqual([20, 20, 20, 0, 20, 20]);
    expect(line.ticks.missing).toEqual([
      { bucket: 1, cause: 'failover', ticks: 2 },
      { bucket: 2, cause: 'failover', ticks: 1 },
      { bucket: 5, cause: 'timeout', ticks: 10 },
    ]);
    expect(line.events).toEqual([
      { bucket: 0, count: 2, abnormal: 0 },
      { bucket: 2, count: 1, abnormal: 1 },
      { bucket: 3, count: 1, abnormal: 0 },
      { bucket: 4, count: 2, abnormal: 0 },
    ]);
  });

  it('has those of a part of it, with how all was at its beginning', async () => {
    const line = await ask(`${sessionsPath}/7-1/timeline/?from=${at(10)}&to=${at(25)}&buckets=15`);
    expect(line.life.map(minutes)).toEqual([[10, 25]]);
    expect(line.holders.map((one: AnyBody) => [one.collector_id, ...minutes(one)])).toEqual([
      ['c1', 10, 20],
      ['c2', 20, 25],
    ]);
    expect(line.devices[1].health.map((one: AnyBody) => [one.status, ...minutes(one)])).toEqual([
      ['healthy', 10, 25],
    ]);
  });
});

describe('what is listed next to it', () => {
  it('are the abnormal events alone, newest first', async () => {
    const { results } = await ask(`${sessionsPath}/7-1/events/?only=abnormal&order=newest`);
    expect(results.map((one: AnyBody) => [one.type, one.data.reason])).toEqual([
      ['session.assigned', 'failover'],
    ]);
  });

  it('are gaps, newest first, page by page', async () => {
    const path = `${sessionsPath}/7-1/gaps/?order=newest&limit=1`;
    const gaps: unknown[] = [];
    for (let cursor = ''; ; ) {
      const page = await ask(`${path}${cursor}`);
      gaps.push(...page.results.map((gap: AnyBody) => [gap.device, gap.cause]));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(gaps).toEqual([
      ['press-2', 'timeout'],
      ['press-1', 'failover'],
    ]);
  });
});
