import { randomBytes } from 'node:crypto';
import type { LackedPoints } from '@holdfast/shared/contracts/sample/lacking.ts';
import { lackingSetOf } from '@holdfast/shared/contracts/sample/lacking-set.ts';
import { sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SampleStore, StorableSample } from '../sample-store.ts';
import { firstTimeMs, storableSample } from '../testing/storable-sample.ts';
import type { LackingOfDevice, TickCoverage } from '../tick-coverage.ts';
import { bytesOfSessionAtMost, LackingBook, rowsBetweenChecks, rowsOfDayAtMost } from './lacking-tables.ts';
import { migrateSampleTables } from './migrate-sample-tables.ts';
import { openPostgresSampleStore } from './postgres-sample-store.ts';
import { openPostgresTickCoverage } from './postgres-tick-coverage.ts';

const firstTick = firstTimeMs / 1000;
const dead = [{ cause: 'exception', period_ms: 1000, codes: ['flow'] }] as const satisfies LackedPoints[];

describe('the record of points that stored ticks lack', () => {
  let databaseUrl: string;
  let store: SampleStore;
  let coverage: TickCoverage;
  let client: pg.Client;
  beforeAll(async () => {
    databaseUrl = await freshDatabase();
    await migrateSampleTables({ databaseUrl });
    store = openPostgresSampleStore({ databaseUrl });
    coverage = openPostgresTickCoverage({ databaseUrl });
    client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await store.close();
    await coverage.close();
  });

  const sample = (session: string, tick: number, changes: Partial<StorableSample> = {}) =>
    storableSample({
      ...{ v: sampleVersion, session, tick: firstTick + tick, time: firstTimeMs + tick * 1000 },
      ...changes,
    });
  const lackingOf = async (sessionId: string): Promise<LackingOfDevice | undefined> =>
    (await coverage.lackingOf([{ sessionId, deviceCode: 'press-1' }], {}))
      .get(sessionId)
      ?.get('press-1')
      ?.get(1_000);
  const ticks = (...range: [number, number][]) =>
    range.map(([from, to]) => ({ from: firstTick + from, to: firstTick + to }));
  const set = lackingSetOf(dead);

  it('has nothing of a device that gives all its values, and one row a day for a point that gives none', async () => {
    await store.write([0, 1, 2].map((tick) => sample('healthy', tick)));
    const days = [0, 1, 2, 86_400, 86_401].map((tick) =>
      sample('dead', tick, { lacking: tick === 0 ? [{ set, points: dead }] : [{ set }] }),
    );
    await store.write(days.slice(0, 2));
    await store.write(days.slice(2));
    await store.write(days);
    expect(await lackingOf('healthy')).toBeUndefined();
    expect(await lackingOf('dead')).toEqual({
      untold: [],
      sets: [{ ticks: ticks([0, 2], [86_400, 86_401]), points: dead }],
    });
    const { rows } = await client.query('select session_id, day from samples.lacking_ticks');
    expect(rows.map(({ session_id }) => session_id)).toEqual(['dead', 'dead']);
  });

  it('knows nothing of ticks without a word of it, nor of those whose list has not come until it comes', async () => {
    const { v: _, ...former } = sample('before', 0);
    await store.write([former, sample('before', 1, { v: 1 })]);
    expect(await lackingOf('before')).toEqual({ untold: ticks([0, 1]), sets: [] });
    await store.write([sample('late', 0, { lacking: [{ set }] }), sample('late', 1)]);
    expect(await lackingOf('late')).toEqual({ untold: ticks([0, 0]), sets: [] });
    await store.write([sample('late', 2, { lacking: [{ set, points: dead }] })]);
    expect(await lackingOf('late')).toEqual({
      untold: [],
      sets: [{ ticks: ticks([0, 0], [2, 2]), points: dead }],
    });
  });

  it('keeps ticks of two lengths apart, whose numbers are the same', async () => {
    const [fast, slow] = [1_000, 1_001].map((period_ms) =>
      sample('lengths', 0, { period_ms, lacking: [{ set, points: dead }] }),
    );
    await store.write([fast as StorableSample, sample('lengths', 1), slow as StorableSample]);
    const devices = [{ sessionId: 'lengths', deviceCode: 'press-1' }];
    const lists = (await coverage.lackingOf(devices, {})).get('lengths')?.get('press-1');
    const lacked = { untold: [], sets: [{ ticks: ticks([0, 0]), points: dead }] };
    expect(lists).toEqual(
      new Map([
        [1_000, lacked],
        [1_001, lacked],
      ]),
    );
  });

  it('says nothing of a tick that has no values at all, nor of a part of one', async () => {
    const miss = { cause: 'timeout', detail: '' } as const;
    const whole = sample('missed', 0, { miss });
    delete (whole as { values?: unknown }).values;
    await store.write([whole, sample('missed', 1, { v: 1, part: 1, changes: { a: [[0, 1]] } })]);
    expect(await lackingOf('missed')).toBeUndefined();
  });

  it('believes no list that has the name of another one', async () => {
    const forged = [{ ...dead[0], codes: ['other'] }];
    await store.write([sample('forged', 0, { lacking: [{ set, points: forged }] })]);
    expect(await lackingOf('forged')).toEqual({ untold: ticks([0, 0]), sets: [] });
  });

  it('has room for so many sets of a device and day, and knows nothing of the ticks beyond, also as a new writer', async () => {
    const lists = Array.from({ length: rowsOfDayAtMost + 20 }, (_, index) => [
      { ...dead[0], codes: [`flow-${index}`] },
    ]);
    const samples = lists.map((points, tick) =>
      sample('flapping', tick, { lacking: [{ set: lackingSetOf(points), points }] }),
    );
    await store.write(samples.slice(0, rowsOfDayAtMost - 10));
    const other = openPostgresSampleStore({ databaseUrl });
    try {
      await other.write(samples.slice(rowsOfDayAtMost - 10));
      await other.write(samples);
    } finally {
      await other.close();
    }
    const lacking = await lackingOf('flapping');
    expect(lacking?.sets).toHaveLength(rowsOfDayAtMost);
    expect(lacking?.untold).toEqual(ticks([rowsOfDayAtMost, rowsOfDayAtMost + 19]));
    // Lists for the ticks beyond the bound would take up the session's room for lists.
    const { rows } = await client.query(
      "select count(*)::int as lists from samples.lacking_points where session_id = 'flapping'",
    );
    expect(rows).toEqual([{ lists: rowsOfDayAtMost }]);
  });

  it('keeps to that room when two batches of a device come at once', async () => {
    const session = 'at-once';
    const db = new Kysely<unknown>({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: databaseUrl, max: 2 }) }),
    });
    const ofBatch = (batch: number) =>
      Array.from({ length: rowsOfDayAtMost - 10 }, (_, tick) => {
        const points = [{ ...dead[0], codes: [`flow-${batch}-${tick}`] }];
        return sample(session, tick, { lacking: [{ set: lackingSetOf(points), points }] });
      });
    const book = new LackingBook();
    try {
      await Promise.all([0, 1].map((batch) => book.newsOf(ofBatch(batch)).record(db)));
    } finally {
      await db.destroy();
    }
    const { rows } = await client.query(
      "select count(distinct set_name)::int as sets from samples.lacking_ticks where session_id = $1 and set_name <> 'untold'",
      [session],
    );
    expect(rows).toEqual([{ sets: rowsOfDayAtMost }]);
  });

  it('keeps rows small of a point that is lacked now and then, also as a new writer', async () => {
    const now = (from: number) =>
      Array.from({ length: 250 }, (_, index) =>
        sample('scattered', from + 2 * index, { lacking: index === 0 ? [{ set, points: dead }] : [{ set }] }),
      );
    for (let from = 0; from < 2_000; from += 500) await store.write(now(from));
    const other = openPostgresSampleStore({ databaseUrl });
    try {
      for (let from = 1_500; from < 4_000; from += 500) await other.write(now(from));
    } finally {
      await other.close();
    }
    const { rows } = await client.query(
      "select pg_column_size(ticks) as bytes from samples.lacking_ticks where session_id = 'scattered'",
    );
    expect(Math.max(...rows.map(({ bytes }) => bytes))).toBeLessThan(6_500);
    expect(await lackingOf('scattered')).toEqual({
      untold: [],
      sets: [
        {
          points: dead,
          ticks: ticks(...Array.from({ length: 2_000 }, (_, at): [number, number] => [2 * at, 2 * at])),
        },
      ],
    });
  });

  it('has room for so many rows of a device and day, and knows nothing of the ticks beyond', async () => {
    const fill = async (session: string) => {
      await client.query('insert into samples.lacking_points values ($1, $2, $3) on conflict do nothing', [
        session,
        set,
        JSON.stringify(dead),
      ]);
      await client.query(
        `insert into samples.lacking_ticks
         select $1, 'press-1', to_timestamp($2)::date, 1000, $3, tick, int8multirange(int8range(tick, tick, '[]'))
         from generate_series($2::bigint, $2 + 2 * ($4 - 1), 2) as tick`,
        [session, firstTick, set, rowsOfDayAtMost + 1],
      );
    };
    const later = 3 * rowsOfDayAtMost;
    const beyond = (session: string, tick: number) =>
      store.write([sample(session, later + tick, { lacking: [{ set, points: dead }] })]);
    await fill('full');
    await beyond('full', 0);
    expect((await lackingOf('full'))?.untold).toEqual(ticks([later, later]));

    await beyond('fills-up', 0);
    await fill('fills-up');
    const lists = Array.from({ length: rowsBetweenChecks / 4 }, (_, index) => [
      { ...dead[0], codes: [`flow-${index}`] },
    ]);
    for (const batch of [0, 1, 2, 3]) {
      await store.write(
        lists.map((points, index) => {
          const tick = later + 1 + batch * lists.length + index;
          return sample('fills-up', tick, { lacking: [{ set: lackingSetOf(points), points }] });
        }),
      );
    }
    await beyond('fills-up', later);
    expect((await lackingOf('fills-up'))?.untold).toEqual(ticks([2 * later, 2 * later]));
  });

  it('keeps no more bytes of lists of a session than there is room for', async () => {
    const samples = Array.from({ length: 36 }, (_, tick) => {
      const codes = Array.from({ length: 10 }, () => randomBytes(75_000).toString('base64'));
      const points = [{ ...dead[0], codes }];
      return sample('large', tick, { lacking: [{ set: lackingSetOf(points), points }] });
    });
    for (const some of [samples.slice(0, 18), samples.slice(18)]) {
      expect(await store.write(some)).toEqual({ kind: 'written' });
    }
    const { rows } = await client.query(
      "select count(*)::int as lists, sum(pg_column_size(points))::int as bytes from samples.lacking_points where session_id = 'large'",
    );
    expect(rows[0].lists).toBeGreaterThanOrEqual(18);
    expect(rows[0].bytes).toBeLessThanOrEqual(bytesOfSessionAtMost);
    const lists = await lackingOf('large');
    expect(lists?.sets).toHaveLength(rows[0].lists);
    expect(lists?.untold.length).toBeGreaterThan(0);
  });
});
