import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { migrateSampleTables } from '@holdfast/shared/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/shared/sample-store/postgres/postgres-sample-store.ts';
import type { HistoryQuery } from '@holdfast/shared/sample-store/sample-store.ts';
import pg from 'pg';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { asFigures, type Distribution, distributionOf } from '../fleet/distribution.ts';
import { SeededRandom } from '../seeded-random.ts';
import {
  dayMs,
  deviceCode,
  fillStore,
  firstTimeMs,
  pointCode,
  type StoredPlant,
  secondsOfDay,
} from './fill-store.ts';

const flags = {
  rows: { meaning: 'values in the store, about', byDefault: 10_000_000, atLeast: 1_000_000 },
  devices: { meaning: 'devices', byDefault: 6, atLeast: 1 },
  points: { meaning: 'numbers of each device', byDefault: 20, atLeast: 1 },
  queries: { meaning: 'questions of each kind', byDefault: 100, atLeast: 10 },
} as const;

export const history: Benchmark<typeof flags> = {
  name: 'history',
  summary: 'history of one point over a day of values a second, in a PostgreSQL that is full of others',
  description: [
    'Fills a PostgreSQL by the store’s own write path, second by second, then asks for points and days at random, one',
    'question at a time: every value of a day (86,400), a day by the minute, the latest 1,000 values. Each question goes',
    'through the store as the API asks it. The first of them find the files where filling left them, most not in memory.',
    'ratio: median time of a bare statement for the values of the same days over that of the store, by turns.',
    'VictoriaMetrics is not measured: it takes values from the writer but is asked in a language of its own.',
    '100 million rows: --rows 100000000; takes a quarter of an hour to fill and 15 GB, deleted afterwards.',
  ].join('\n'),
  flags,
  run,
};

type Question = HistoryQuery & { readonly devices: readonly { deviceCode: string; measurement: string }[] };

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const { progress, cleanUp } = context;
  const { devices, points, queries } = values;
  const plant: StoredPlant = {
    devices,
    points,
    days: Math.max(1, Math.round(values.rows / (devices * points * secondsOfDay))),
  };
  const rows = plant.days * devices * points * secondsOfDay;
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
  cleanUp.defer(async () => void (await postgres.stop()));
  const databaseUrl = await postgres.createDatabase('history');
  await migrateSampleTables({ databaseUrl });
  const store = openPostgresSampleStore({ databaseUrl });
  cleanUp.defer(() => store.close());
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  cleanUp.defer(() => client.end());

  progress(`storing ${rows} values of ${devices * points} points over ${plant.days} days`);
  const startedAt = performance.now();
  await fillStore(store, plant, progress);
  const fillSeconds = (performance.now() - startedAt) / 1_000;
  progress('as after a day of rest: vacuum and analyze, which the database does by itself');
  await client.query('vacuum (analyze) samples.sample_value');
  await client.query('checkpoint');

  const questions = questionsOf(plant, queries);
  progress('asking');
  const [day, bare] = await timedByTurns(
    questions,
    async (question) => {
      const found = await store.history({ ...question, limit: secondsOfDay });
      requireCount(found.length, secondsOfDay);
    },
    (question) => askBare(client, question),
  );
  const minutes = await timed(questions, async (question) => {
    const found = await store.aggregate({ ...question, limit: 50_000, intervalMs: 60_000 });
    requireCount(found.length, 1_440);
  });
  const latest = await timed(questions, async (question) => {
    requireCount((await store.history({ ...question, limit: 1_000 })).length, 1_000);
  });
  return {
    ratio: Math.round((bare.p50 / day.p50) * 1_000) / 1_000,
    figures: {
      rows,
      days: plant.days,
      points: devices * points,
      fill_values_per_second: Math.round(rows / fillSeconds),
      ...(await sizes(client)),
      ...asFigures('day_of_86400_values', 'ms', day),
      ...asFigures('day_by_the_minute', 'ms', minutes),
      ...asFigures('latest_1000_values', 'ms', latest),
    },
    limit: asFigures('bare_day_of_86400_values', 'ms', bare),
    servers: { postgres: await versionOf(client) },
  };
}

function questionsOf({ devices, points, days }: StoredPlant, count: number): Question[] {
  const random = new SeededRandom(2);
  return Array.from({ length: count }, () => {
    const device = deviceCode(random.below(devices));
    const start = firstTimeMs + random.below(days) * dayMs;
    return {
      pointCode: pointCode(random.below(points)),
      devices: [{ deviceCode: device, measurement: device }],
      start: new Date(start),
      end: new Date(start + dayMs),
      limit: 1_000,
    };
  });
}

/** Now one is first to find the files out of memory, now the other. */
async function timedByTurns(
  questions: readonly Question[],
  ask: (question: Question) => Promise<void>,
  other: (question: Question) => Promise<void>,
): Promise<[Distribution, Distribution]> {
  const timesMs: [number[], number[]] = [[], []];
  for (const [index, question] of questions.entries()) {
    for (const turn of [index % 2, 1 - (index % 2)]) {
      const startedAt = performance.now();
      await (turn === 0 ? ask : other)(question);
      timesMs[turn]?.push(performance.now() - startedAt);
    }
  }
  return [distributionOf(timesMs[0]), distributionOf(timesMs[1])];
}

async function timed(
  questions: readonly Question[],
  ask: (question: Question) => Promise<void>,
): Promise<Distribution> {
  const timesMs: number[] = [];
  for (const question of questions) {
    const startedAt = performance.now();
    await ask(question);
    timesMs.push(performance.now() - startedAt);
  }
  return distributionOf(timesMs);
}

/** What the driver takes for the same values when it is told where they are. */
async function askBare(
  client: pg.Client,
  { pointCode: point, devices, start, end }: Question,
): Promise<void> {
  const { rows } = await client.query(
    `select time, value_double from samples.sample_value
     where series_id = (select id from samples.series where device_code = $1 and point_code = $2)
       and time >= $3 and time < $4 order by time`,
    [devices[0]?.deviceCode, point, start, end],
  );
  requireCount(rows.length, secondsOfDay);
}

function requireCount(found: number, wanted: number): void {
  if (found !== wanted) throw new InvalidMeasurement(`${found} values came instead of ${wanted}`);
}

async function sizes(client: pg.Client): Promise<Record<string, number>> {
  const { rows } = await client.query<{ tables: string; indexes: string }>(
    `select sum(pg_table_size(inhrelid)) as tables, sum(pg_indexes_size(inhrelid)) as indexes
     from pg_inherits where inhparent = 'samples.sample_value'::regclass`,
  );
  const mebibytes = (bytes: string | undefined) => Math.round(Number(bytes) / 2 ** 20);
  return { tables_mib: mebibytes(rows[0]?.tables), indexes_mib: mebibytes(rows[0]?.indexes) };
}

async function versionOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  return rows[0]?.server_version ?? 'unknown';
}
