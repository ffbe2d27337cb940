import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { TickEntry } from '@holdfast/sample-store/tick-coverage.ts';
import type { SessionSummaryPage } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { startSessions } from '../fleet/start-sessions.ts';
import { until } from '../fleet/until.ts';
import { median } from '../median.ts';
import { fleetTasks } from '../polled/plant-task.ts';
import { timed } from '../timed.ts';
import { startBareServer } from './bare-server.ts';
import { type MeasuredApi, startMeasuredApi } from './measured-api.ts';

const flags = {
  sessions: { meaning: 'sessions, each started a day ago', byDefault: 500, atLeast: 1 },
  'session-devices': { meaning: 'devices of a session', byDefault: 10, atLeast: 1 },
  gaps: { meaning: 'times within the day in which a device did not answer', byDefault: 5, atLeast: 0 },
  rounds: { meaning: 'answers, each next to a bare one', byDefault: 15, atLeast: 1 },
} as const;

const periodMs = 5_000;
const dayMs = 86_400_000;
const buckets = 96;
const path = '/api/acquisition/sessions/summary/';

export const summary: Benchmark<typeof flags> = {
  name: 'summary',
  summary:
    'all sessions at a glance with the ribbon of their last day, next to a bare route with the same answer',
  description: [
    'An API process with PostgreSQL and a broker. Sessions began a day ago, and what became of each tick of their devices, which are read every 5 s, is on',
    `record. \`sessions/summary\` is asked for all of them with ${buckets} buckets of the last 24 hours, one request at a time, as a screen asks for it. By turns with it a bare`,
    'Fastify route answers with the same bytes.',
    'ratio: ms of the bare route over those of the summary; medians of all rounds.',
  ].join('\n'),
  flags,
  run,
};

type Answer = Pick<SessionSummaryPage, 'results'>;

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const { sessions, rounds, gaps } = values;
  const devicesPerTask = values['session-devices'];
  const measured = await startMeasuredApi(context);
  const tasks = fleetTasks({
    ...{ firstId: 0, count: sessions * devicesPerTask, devicesPerTask, points: 1, periodMs, port: 502 },
  });
  context.progress(`starting ${tasks.length} sessions of ${devicesPerTask} devices`);
  const startedMs = Date.now() - dayMs;
  const ids = await startSessions(measured.nc, tasks, startedMs);
  await record(measured, { tasks, ids, startedMs, gaps });

  const summaryPath = `${path}?buckets=${buckets}&limit=${sessions}`;
  const ask = async () => JSON.parse(await measured.read(summaryPath)) as Answer;
  const isThere = async () => (await ask()).results.length === sessions;
  await until('every session to be shown', isThere, measured.process.check);
  const [coldS, answer] = await timed(ask);
  for (const { id, ribbon } of answer.results) {
    // A day of gaps of 21 ticks each, but for the edges.
    const missing = (ribbon?.missing ?? []).reduce((sum, { ticks }) => sum + ticks, 0);
    if (ribbon?.stored.length !== buckets || missing < 20 * gaps * devicesPerTask) {
      throw new InvalidMeasurement(`${id} lacks ${missing} ticks in ${ribbon?.stored.length} buckets`);
    }
  }
  const bare = await startBareServer(context, 'bare-routes.ts', { '/summary': answer });

  const ours: number[] = [];
  const limit: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [s, text] = await timed(() => measured.read(summaryPath));
    ours.push(s * 1_000);
    const [bareS] = await timed(async () => (await fetch(`${bare.url}/summary`)).text());
    limit.push(bareS * 1_000);
    context.progress(`round ${round + 1}: ${Math.round(s * 1_000)} ms for ${text.length} characters`);
  }
  const tenth = (ms: number) => Math.round(ms * 10) / 10;
  const [ms, bareMs] = [median(ours), median(limit)];
  return {
    ratio: Math.round((bareMs / ms) * 1_000) / 1_000,
    figures: {
      ...{ sessions, devices: sessions * devicesPerTask, buckets, gaps_of_a_device: gaps, rounds },
      first_ms: tenth(coldS * 1_000),
      answer_ms: tenth(ms),
      slowest_ms: tenth(Math.max(...ours)),
      kilobytes: Math.round(JSON.stringify(answer).length / 1_000),
    },
    limit: { bare_route_ms: tenth(bareMs) },
    servers: { nats_server: measured.nc.info?.version ?? 'unknown' },
  };
}

/** Puts on record what a writer would have since the sessions began. */
async function record(
  { databaseUrl }: MeasuredApi,
  day: {
    readonly tasks: readonly TaskConfig[];
    readonly ids: readonly string[];
    readonly startedMs: number;
    readonly gaps: number;
  },
): Promise<void> {
  await migrateSampleTables({ databaseUrl });
  const coverage = openPostgresTickCoverage({ databaseUrl });
  try {
    for (const [index, task] of day.tasks.entries()) {
      const sessionId = day.ids.find((id) => id.startsWith(`${task.task_id}-`)) ?? '';
      await coverage.record(task.devices.flatMap(({ code }) => entriesOf({ sessionId, code }, day, index)));
    }
  } finally {
    await coverage.close();
  }
}

/** Ticks of a day that are stored, but for some minutes here and there, not at the same time for all devices. */
function entriesOf(
  { sessionId, code }: { readonly sessionId: string; readonly code: string },
  { startedMs, gaps }: { readonly startedMs: number; readonly gaps: number },
  shift: number,
): TickEntry[] {
  const first = Math.ceil(startedMs / periodMs);
  const last = Math.floor(Date.now() / periodMs);
  const of = { sessionId, deviceCode: code, periodMs };
  const entries: TickEntry[] = [];
  let from = first;
  for (let gap = 1; gap <= gaps; gap += 1) {
    const begin = first + Math.floor((gap * (last - first)) / (gaps + 1)) + (shift % 100);
    entries.push({ ...of, from, to: begin - 1, outcome: 'stored' });
    entries.push({ ...of, from: begin, to: begin + 20, outcome: 'timeout' });
    from = begin + 21;
  }
  entries.push({ ...of, from, to: last, outcome: 'stored' });
  return entries;
}
