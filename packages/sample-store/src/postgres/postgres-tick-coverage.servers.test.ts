import { fromTicks, type TickRange } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { influxForTest, influxIsInstalled } from '@holdfast/test/support/influx-for-test.ts';
import { startInfluxTwoFront } from '@holdfast/test/support/influx-two-front.ts';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSampleStore, openTickCoverage } from '../open-sample-store.ts';
import type { SampleStore } from '../sample-store.ts';
import { firstTimeMs, storableSample } from '../testing/storable-sample.ts';
import { outcomeOfSample, type TickCoverage, type TickEntry, tickEntry } from '../tick-coverage.ts';
import { migrateSampleTables } from './migrate-sample-tables.ts';
import { openPostgresSampleStore } from './postgres-sample-store.ts';
import { openPostgresTickCoverage } from './postgres-tick-coverage.ts';
import { coverageRows } from './tick-coverage-table.ts';

const firstTick = firstTimeMs / 1000;
const outcomes = ['stored', 'quarantined', 'fenced', 'timeout', 'connection'] as const;

function entry(from: number, to = from, changes: Partial<TickEntry> = {}): TickEntry {
  const defaults = {
    sessionId: 'session-1',
    deviceCode: 'press-1',
    periodMs: 1000,
    outcome: 'stored',
  } as const;
  return { ...defaults, from, to, ...changes };
}

describe('the record of ticks in PostgreSQL', () => {
  let databaseUrl: string;
  let coverage: TickCoverage;
  let client: pg.Client;
  beforeAll(async () => {
    databaseUrl = await freshDatabase();
    await migrateSampleTables({ databaseUrl });
    coverage = openPostgresTickCoverage({ databaseUrl });
    client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await coverage.close();
  });

  it('adds up to the same sets, in whatever parts, order and repetition the entries come', async () => {
    let run = 0;
    const piece = fc.record({
      from: fc.nat(40),
      length: fc.nat(5),
      device: fc.constantFrom('a', 'b'),
      // Ticks of two lengths may have the same numbers, and be in the same day.
      periodMs: fc.constantFrom(1_000, 1_001),
      outcome: fc.constantFrom(...outcomes),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(piece, { maxLength: 8 }), { maxLength: 5 }), async (batches) => {
        const sessionId = `property-${run++}`;
        const toEntries = (batch: (typeof batches)[number]) =>
          batch.map(({ from, length, device: deviceCode, ...rest }) =>
            entry(firstTick + from, firstTick + from + length, { sessionId, deviceCode, ...rest }),
          );
        for (const batch of batches) await coverage.record(toEntries(batch));
        const once = await coverage.read({ sessionId });
        for (const batch of [...batches].reverse()) await coverage.record(toEntries(batch));
        expect(await coverage.read({ sessionId })).toEqual(once);
        const all = batches.flatMap(toEntries);
        const each = ['a', 'b'].flatMap((code) => [1_000, 1_001].map((length) => [code, length] as const));
        for (const [deviceCode, periodMs] of each) {
          const ticksOf = (outcome: string) =>
            fromTicks(
              all
                .filter(
                  (one) =>
                    one.deviceCode === deviceCode && one.periodMs === periodMs && one.outcome === outcome,
                )
                .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index)),
            );
          const ofPeriod = once.get(deviceCode)?.get(periodMs);
          expect(ofPeriod?.stored ?? []).toEqual(ticksOf('stored'));
          expect(ofPeriod?.quarantined ?? []).toEqual(ticksOf('quarantined'));
          for (const cause of ['fenced', 'timeout', 'connection'] as const)
            expect(ofPeriod?.missed.get(cause) ?? []).toEqual(ticksOf(cause));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps a row a day and joins the days when it is read', async () => {
    const range = { from: firstTick - 90_000, to: firstTick + 90_000 };
    await coverage.record([entry(range.from, range.to, { sessionId: 'days', outcome: 'buffer_full' })]);
    const { rows } = await client.query(
      "select day::text from samples.tick_coverage where session_id = 'days' order by day",
    );
    expect(rows.map((row) => row.day)).toEqual(['2025-12-30', '2025-12-31', '2026-01-01', '2026-01-02']);
    expect(
      (await coverage.read({ sessionId: 'days' })).get('press-1')?.get(1_000)?.missed.get('buffer_full'),
    ).toEqual([range]);
  });

  /** Every other tick, in batches. */
  const scattered = (sessionId: string) =>
    Array.from({ length: 60 }, (_, batch) =>
      Array.from({ length: 50 }, (_, index) =>
        entry(firstTick + 2 * (50 * batch + index), undefined, { sessionId, outcome: 'overrun' }),
      ),
    );
  const scatteredTicks = fromTicks(Array.from({ length: 3_000 }, (_, index) => firstTick + 2 * index));
  const overrunOf = async (sessionId: string) =>
    (await coverage.read({ sessionId })).get('press-1')?.get(1_000)?.missed.get('overrun');
  const rowsOf = async (sessionId: string) =>
    (
      await client.query<{ version: string; bytes: number }>(
        `select xmin::text as version, pg_column_size(ticks) as bytes from samples.tick_coverage
         where session_id = $1 order by first_tick`,
        [sessionId],
      )
    ).rows;

  it('begins another row when one is full, and repeats find the one that has them', async () => {
    const batches = scattered('scattered');
    for (const batch of batches) await coverage.record(batch);
    const rows = await rowsOf('scattered');
    expect(await overrunOf('scattered')).toEqual(scatteredTicks);
    for (const { bytes } of rows) expect(bytes).toBeLessThan(3_000);
    expect(rows.length).toBeLessThan(50);
    for (const batch of [...batches].reverse()) await coverage.record(batch);
    expect(await rowsOf('scattered')).toEqual(rows);
  });

  it('has small rows also of two who record at once', async () => {
    const other = openPostgresTickCoverage({ databaseUrl });
    try {
      const batches = scattered('at-once');
      const recordAll = async (by: TickCoverage, rest: number) => {
        for (const [index, batch] of batches.entries()) if (index % 2 === rest) await by.record(batch);
      };
      await Promise.all([recordAll(coverage, 0), recordAll(other, 1)]);
    } finally {
      await other.close();
    }
    expect(await overrunOf('at-once')).toEqual(scatteredTicks);
    for (const { bytes } of await rowsOf('at-once')) expect(bytes).toBeLessThan(3_000);
  });

  it('puts every tick into the day in which it is due, also where periods do not divide the day', () => {
    const periods = fc.constantFrom(10, 7_000, 1_000, 60_000, 7 * 3_600_000, 86_400_000);
    fc.assert(
      fc.property(periods, fc.nat(1_000_000), fc.nat(400), (periodMs, from, length) => {
        const rows = coverageRows([entry(from, from + length, { periodMs })]);
        const ticks = rows.flatMap(({ day, ranges }) => ranges.map((range) => ({ day, range })));
        for (const { day, range } of ticks) {
          expect(Math.floor((range.from * periodMs) / 86_400_000)).toBe(day);
          expect(Math.floor((range.to * periodMs) / 86_400_000)).toBe(day);
        }
        const ranges: TickRange[] = ticks.map(({ range }) => range);
        expect(ranges.reduce((sum, { from: a, to: b }) => sum + b - a + 1, 0)).toBe(length + 1);
      }),
    );
  });

  it('takes a range of absurd length without splitting it', async () => {
    await coverage.record([entry(0, 9e15, { sessionId: 'absurd', outcome: 'overrun' })]);
    expect(
      (await coverage.read({ sessionId: 'absurd' })).get('press-1')?.get(1_000)?.missed.get('overrun'),
    ).toEqual([{ from: 0, to: 9e15 }]);
  });

  it('writes nothing when nothing is new', async () => {
    await coverage.record([entry(firstTick, firstTick + 9, { sessionId: 'still' })]);
    const rowVersions = async () =>
      (await client.query("select xmin::text from samples.tick_coverage where session_id = 'still'")).rows;
    const before = await rowVersions();
    await coverage.record([entry(firstTick + 3, firstTick + 5, { sessionId: 'still' })]);
    // A row that ON CONFLICT only locked keeps its version.
    expect(await rowVersions()).toEqual(before);
  });

  it('leaves out only the entry that the database cannot hold', async () => {
    await coverage.record([
      entry(firstTick, firstTick, { sessionId: 'around' }),
      entry(firstTick + 1, firstTick + 1, { sessionId: 'around', deviceCode: 'a\u0000b' }),
      entry(firstTick + 2, firstTick + 2, { sessionId: 'around' }),
    ]);
    expect((await coverage.read({ sessionId: 'around' })).get('press-1')?.get(1_000)?.stored).toEqual(
      fromTicks([firstTick, firstTick + 2]),
    );
  });

  it('loses no tick when several record for the same device at the same moment', async () => {
    const others = [1, 2, 3].map(() => openPostgresTickCoverage({ databaseUrl }));
    const devices = ['a', 'b', 'c', 'd'];
    await Promise.all(
      others.map(async (other, at) => {
        for (let round = 0; round < 30; round++) {
          const order = round % 2 === 0 ? devices : [...devices].reverse();
          await other.record(
            order.map((deviceCode) => {
              const tick = firstTick + round * 3 + at;
              return entry(tick, tick, { sessionId: 'crowd', deviceCode });
            }),
          );
        }
      }),
    );
    const byDevice = await coverage.read({ sessionId: 'crowd' });
    for (const device of devices) {
      expect(byDevice.get(device)?.get(1_000)?.stored).toEqual([{ from: firstTick, to: firstTick + 89 }]);
    }
    await Promise.all(others.map((other) => other.close()));
  });

  it('knows the last stored tick of a device that has long been silent, and since when another never was read', async () => {
    const sessionId = 'long-silent';
    const day = 86_400;
    const of = (deviceCode: string, outcome: TickEntry['outcome'], from: number, to: number) =>
      entry(firstTick + from, firstTick + to, { sessionId, deviceCode, outcome });
    await coverage.record([
      of('heard', 'stored', 0, 20),
      // A longer tick has a smaller number, but a later time all the same.
      { ...of('heard', 'stored', 0, 0), periodMs: 2_000, from: firstTick / 2 + 20, to: firstTick / 2 + 30 },
      of('heard', 'sent', 0, 20 * day),
      of('heard', 'timeout', 61, 20 * day),
      of('unheard', 'sent', -5, -5),
      of('unheard', 'timeout', 7, 3 * day),
    ]);
    const ask = (...codes: string[]) =>
      coverage.lastStored(codes.map((deviceCode) => ({ sessionId, deviceCode })));
    expect(await ask('heard', 'unheard', 'unknown')).toEqual([
      { sessionId, deviceCode: 'heard', firstMs: firstTimeMs, storedMs: firstTimeMs + 60_000 },
      { sessionId, deviceCode: 'unheard', firstMs: firstTimeMs + 7_000, storedMs: undefined },
    ]);
    expect(await ask()).toEqual([]);
  });

  it('answers nothing on record before any writer has made the table', async () => {
    const bare = openPostgresTickCoverage({ databaseUrl: await freshDatabase() });
    expect(await bare.read({ sessionId: 'session-1' })).toEqual(new Map());
    expect(await bare.lastStored([{ sessionId: 'session-1', deviceCode: 'press-1' }])).toEqual([]);
    await expect(bare.record([entry(1)])).rejects.toMatchObject({ name: 'SampleStoreUnavailable' });
    await bare.close();
  });
});

describe.each([
  { name: 'PostgreSQL', isInstalled: () => true, open: openBesidePostgres },
  { name: 'InfluxDB with PostgreSQL beside it', isInstalled: influxIsInstalled, open: openBesideInflux },
])('$name as a store that records ticks', ({ isInstalled, open }) => {
  describe.skipIf(!isInstalled())('', () => {
    let store: SampleStore;
    let coverage: TickCoverage;
    beforeAll(async () => {
      ({ store, coverage } = await open());
    });
    afterAll(async () => {
      await store.close();
      await coverage.close();
    });

    it('has on record what became of each tick once the samples are written, and only once', async () => {
      const miss = (tick: number, cause: 'timeout' | 'buffer_full', throughTick?: number) => {
        const { values: _, ...rest } = storableSample({
          tick: firstTick + tick,
          miss: { cause, detail: '' },
        });
        return throughTick === undefined ? rest : { ...rest, through_tick: firstTick + throughTick };
      };
      const samples = [
        storableSample({ tick: firstTick }),
        storableSample({
          tick: firstTick + 1,
          values: { temperature: 1 },
          miss: { cause: 'exception', detail: '' },
        }),
        miss(2, 'timeout'),
        miss(3, 'buffer_full', 8),
        storableSample({ tick: firstTick + 9 }),
      ];
      expect(await store.write(samples)).toEqual({ kind: 'written' });
      const expected = {
        stored: fromTicks([0, 1, 9].map((tick) => firstTick + tick)),
        quarantined: [],
        missed: new Map([
          ['timeout', fromTicks([firstTick + 2])],
          ['buffer_full', [{ from: firstTick + 3, to: firstTick + 8 }]],
        ]),
        sent: [],
        confirmed: [],
      };
      expect((await coverage.read({ sessionId: 'session-1' })).get('press-1')?.get(1_000)).toEqual(expected);
      await store.write(samples.toReversed());
      expect(await coverage.read({ sessionId: 'session-1' })).toEqual(
        new Map([['press-1', new Map([[1_000, expected]])]]),
      );
    });

    it('has on record which senders have begun with what their source had kept', async () => {
      const session = 'kept';
      const since = { session, since_tick: firstTick + 4 };
      const sample = storableSample({ ...since, tick: firstTick + 5, source_kept: true });
      await store.write([storableSample({ ...since, tick: firstTick + 4 }), sample]);
      await store.write([sample]);
      const recorded = (await coverage.read({ sessionId: session })).get('press-1')?.get(1_000);
      expect(recorded).toMatchObject({
        stored: [{ from: firstTick + 4, to: firstTick + 5 }],
        missed: new Map(),
        sourceKept: [{ from: firstTick + 4, to: firstTick + 4 }],
      });
    });

    it('has nothing on record of samples that it rejected', async () => {
      const outcome = await store.write([
        storableSample({ session: 'refused', tick: firstTick }),
        storableSample({ session: 'refused\u0000', tick: firstTick + 1 }),
      ]);
      expect(outcome).toMatchObject({
        kind: 'rejected',
        reason: expect.stringContaining('PostgreSQL 22021'),
      });
      expect(await coverage.read({ sessionId: 'refused' })).toEqual(new Map());
    });

    it('keeps where each epoch of a session began, whatever comes in which order', async () => {
      const sample = (epoch: number, sequence: number) =>
        storableSample({ session: 'epochs', epoch, sequence, tick: sequence });
      await store.write([sample(12, 40), sample(12, 38), sample(4, 7)]);
      await store.write([sample(4, 9), sample(12, 39)]);
      await store.write([sample(4, 6), storableSample({ session: 'epochs', epoch: 13 })]);
      const starts = (epoch: number) => store.epochStarts(new Map([['epochs', epoch]]));
      expect(await starts(0)).toEqual([
        { session: 'epochs', epoch: 4, sequence: 6 },
        { session: 'epochs', epoch: 12, sequence: 38 },
      ]);
      expect(await starts(4)).toEqual([{ session: 'epochs', epoch: 12, sequence: 38 }]);
      expect(await starts(12)).toEqual([]);
    });

    it('keeps since when each device was read under each epoch, whatever comes in which order', async () => {
      const sample = (epoch: number, sequence: number, since_tick: number, device = 'press-1') => {
        const tick = since_tick + sequence;
        return storableSample({ session: 'first ticks', device, epoch, sequence, tick, since_tick });
      };
      await store.write([sample(12, 40, 1_000), sample(12, 42, 2_000, 'press-2'), sample(4, 7, 500)]);
      await store.write([sample(12, 38, 900), sample(12, 41, 950)]);
      const first = (device: string, epoch: number) =>
        store.firstTicks([{ session: 'first ticks', device, epoch }]);
      const about = { session: 'first ticks', device: 'press-1' };
      expect((await first('press-1', 3)).toSorted((a, b) => a.epoch - b.epoch)).toEqual([
        { ...about, epoch: 4, timeMs: 500_000, sequence: 7 },
        { ...about, epoch: 12, timeMs: 900_000, sequence: 38 },
      ]);
      expect(await first('press-2', 4)).toMatchObject([{ epoch: 12, timeMs: 2_000_000, sequence: 42 }]);
      expect(await first('press-1', 12)).toEqual([]);
      expect(await first('press-3', 0)).toEqual([]);
      expect(await first('press\u0000', 0)).toEqual([]);
    });
  });
});

it('what a sample says of its tick: values count, whatever else is missing', () => {
  const miss = { cause: 'timeout', detail: '' } as const;
  expect(outcomeOfSample({ values: { a: 1 } })).toBe('stored');
  expect(outcomeOfSample({ values: {}, miss })).toBe('stored');
  expect(outcomeOfSample({ miss })).toBe('timeout');
  const sample = storableSample({ tick: 5, through_tick: 3 });
  expect(tickEntry(sample, 'fenced')).toMatchObject({ from: 5, to: 5 });
});

async function openBesidePostgres() {
  const databaseUrl = await freshDatabase();
  await migrateSampleTables({ databaseUrl });
  return {
    store: openPostgresSampleStore({ databaseUrl }),
    coverage: openPostgresTickCoverage({ databaseUrl }),
  };
}

async function openBesideInflux() {
  const databaseUrl = await freshDatabase();
  await migrateSampleTables({ databaseUrl });
  const influx = await influxForTest();
  await influx.createDatabase('coverage');
  const front = await startInfluxTwoFront(influx.url);
  const config = {
    SAMPLE_STORE: 'influx',
    DATABASE_URL: databaseUrl,
    INFLUX_URL: front.url,
    INFLUX_ORG: 'holdfast',
    INFLUX_BUCKET: 'coverage',
    INFLUX_GZIP: true,
    INFLUX_LAYOUT: 'holdfast',
  } as const;
  const store = openSampleStore(config);
  const coverage = openTickCoverage(config);
  if (!coverage) throw new Error('no record of ticks');
  return {
    store: {
      ...store,
      close: async () => {
        await store.close();
        await front.stop();
      },
    },
    coverage,
  };
}
