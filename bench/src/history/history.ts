import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import type { Question } from './full-database.ts';
import { startInfluxFull } from './full-influx.ts';
import { startPostgresFull } from './full-postgres.ts';

const flags = {
  rows: { meaning: 'values in the store, about', byDefault: 10_000_000, atLeast: 1_000_000 },
  devices: { meaning: 'devices', byDefault: 6, atLeast: 1 },
  points: { meaning: 'numbers of each device', byDefault: 20, atLeast: 1 },
  store: { meaning: 'database', byDefault: 'postgres', oneOf: ['postgres', 'influx'] },
  queries: { meaning: 'questions of each kind', byDefault: 100, atLeast: 10 },
} as const;

export const history: Benchmark<typeof flags> = {
  name: 'history',
  summary: 'history of one point over a day of values a second, in a database that is full of others',
  description: [
    'Fills a PostgreSQL, or an InfluxDB 1.x (--store influx), by the store’s own write path, second by second, then asks for points and days at random, one',
    'question at a time: every value of a day (86,400), a day by the minute, the latest 1,000 values. Each question goes',
    'through the store as the API asks it. The first of them find the files where filling left them, most not in memory.',
    'ratio: median time of a bare statement for the values of the same days over that of the store, by turns.',
    'VictoriaMetrics is not measured: it takes values from the writer but is asked in a language of its own.',
    'InfluxDB is asked in InfluxQL; one of before 1.8 gets its values through a small front, which costs filling time only.',
    '100 million rows: --rows 100000000; takes a quarter of an hour to fill and 15 GB, deleted afterwards.',
  ].join('\n'),
  flags,
  run,
};

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
  const database = await (values.store === 'influx' ? startInfluxFull : startPostgresFull)(folder, cleanUp);
  const { store } = database;

  progress(`storing ${rows} values of ${devices * points} points over ${plant.days} days`);
  const startedAt = performance.now();
  await fillStore(store, plant, progress);
  const fillSeconds = (performance.now() - startedAt) / 1_000;
  progress('as after a day of rest');
  await database.rest();

  const questions = questionsOf(plant, queries);
  progress('asking');
  const [day, bare] = await timedByTurns(
    questions,
    async (question) => {
      const rows = await store.history({ ...question, limit: secondsOfDay });
      requireCount(rows.length, secondsOfDay);
    },
    async (question) => requireCount(await database.askBare(question), secondsOfDay),
  );
  const minutes = await timed(questions, async (question) => {
    const intervals = await store.aggregate({ ...question, limit: 50_000, intervalMs: 60_000 });
    requireCount(intervals.length, 1_440);
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
      ...(await database.sizes()),
      ...asFigures('day_of_86400_values', 'ms', day),
      ...asFigures('day_by_the_minute', 'ms', minutes),
      ...asFigures('latest_1000_values', 'ms', latest),
    },
    limit: asFigures('bare_day_of_86400_values', 'ms', bare),
    servers: await database.versions(),
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

/** Each is the first to find the files out of memory every other time. */
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

export function requireCount(count: number, expectedCount: number): void {
  if (count !== expectedCount)
    throw new InvalidMeasurement(`${count} values came instead of ${expectedCount}`);
}
