import type {
  AggregateQuery,
  HistoryBucket,
  HistoryPoint,
  HistoryQuery,
} from '@holdfast/sample-store/sample-store.ts';
import { evenSpans, plantClock } from '@holdfast/shared/domain/plant-clock.ts';
import { describe, expect, it } from 'vitest';
import { type ExportedPoint, exportedValues, lookingAhead } from './exported-values.ts';

const point: ExportedPoint = {
  device: { deviceCode: 'press', measurement: 'press' },
  pointCode: 'count',
  name: '',
  unit: '',
};
const [start, end] = [new Date(0), new Date(7 * 86_400_000)];

/** A store with values at these times, which keeps to the limit of a query. */
function storeWith(timesMs: readonly number[]) {
  let mostAtOnce = 0;
  let questions = 0;
  const within = ({ start, end }: HistoryQuery) => {
    questions += 1;
    return timesMs.filter((ms) => ms >= start.getTime() && ms < end.getTime());
  };
  const latest = <T>(items: readonly T[], { limit }: HistoryQuery): T[] => {
    mostAtOnce = Math.max(mostAtOnce, Math.min(items.length, limit));
    return items.slice(-limit);
  };
  return {
    history: async (query: HistoryQuery) =>
      latest(within(query), query).map(
        (ms): HistoryPoint => ({
          ...{ time: new Date(ms), device: 'press', pointCode: 'count', value: ms, quality: 'good' },
        }),
      ),
    aggregate: async ({ intervalMs, utcOffsetMs = 0, ...query }: AggregateQuery) => {
      const begins = within(query).map(
        (ms) => Math.floor((ms + utcOffsetMs) / intervalMs) * intervalMs - utcOffsetMs,
      );
      return latest([...Map.groupBy(begins, (ms) => ms)], query).map(
        ([ms, all]) => ({ time: new Date(ms), count: all.length, quality: 'good' }) as HistoryBucket,
      );
    },
    asked: () => ({ mostAtOnce, questions }),
  };
}

async function exported(
  samples: ReturnType<typeof storeWith>,
  intervals?: { intervalMs: number; zone: string },
) {
  const { signal } = new AbortController();
  const all: { timeMs: number; count?: number }[] = [];
  const spans =
    intervals &&
    evenSpans(plantClock(intervals.zone), { fromMs: start.getTime(), toMs: end.getTime(), ...intervals });
  const options = { samples, start, end, spans, signal, atOnce: 100 };
  for await (const { values } of exportedValues([point], options)) all.push(...values);
  return all;
}

describe('values of a point', () => {
  it.each<[string, number[]]>([
    ['come often', Array.from({ length: 3_000 }, (_, index) => index * 200_000)],
    ['come all at one time', Array.from({ length: 3_000 }, (_, index) => 400_000_000 + index)],
    ['are rare', [0, 500_000_000]],
    ['are none', []],
  ])('are all there, ascending, never many at a time, where they %s', async (_what, times) => {
    const store = storeWith(times);
    expect((await exported(store)).map(({ timeMs }) => timeMs)).toEqual(
      times.filter((ms) => ms < end.getTime()),
    );
    expect(store.asked().mostAtOnce).toBeLessThanOrEqual(101);
    expect(store.asked().questions).toBeLessThan(150);
  });

  it('are counted once by interval, also where the time is looked through in parts', async () => {
    const times = Array.from({ length: 2_000 }, (_, index) => index * 300_000);
    const hour = { intervalMs: 600_000, zone: '+00:05' };
    const values = await exported(storeWith(times), hour);
    expect(values.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(2_000);
    expect(new Set(values.map(({ timeMs }) => timeMs)).size).toBe(values.length);
    expect(values.every(({ timeMs }) => (timeMs + 300_000) % 600_000 === 0)).toBe(true);
  });

  it('are counted by calendar days of a zone whose clock is put forward and back', async () => {
    const hourMs = 3_600_000;
    for (const [zone, days] of [
      ['Europe/Berlin', { '2026-03-28': 24, '2026-03-29': 23, '2026-03-30': 24, '2026-10-25': 25 }],
      ['Australia/Lord_Howe', { '2026-04-05': 24.5, '2026-04-06': 24, '2026-10-04': 23.5, '2026-10-05': 24 }],
    ] as const) {
      const clock = plantClock(zone);
      const [fromMs, toMs] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2027-01-01T00:00:00Z')];
      const times = Array.from(
        { length: (toMs - fromMs) / (hourMs / 2) },
        (_, index) => fromMs + (index * hourMs) / 2,
      );
      const store = storeWith(times);
      const spans = evenSpans(clock, { fromMs, toMs, intervalMs: 24 * hourMs });
      const { signal } = new AbortController();
      const counts: Record<string, number> = {};
      const options = {
        samples: store,
        start: new Date(fromMs),
        end: new Date(toMs),
        spans,
        signal,
        atOnce: 100,
      };
      for await (const { values } of exportedValues([point], options)) {
        for (const { timeMs, count = 0 } of values) {
          const localTime = new Date(timeMs + clock.aheadMs(timeMs)).toISOString();
          expect(localTime, zone).toContain('T00:00:00.000Z');
          counts[localTime.slice(0, 10)] = count / 2;
        }
      }
      expect(counts).toMatchObject(days);
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(times.length / 2);
    }
  });

  it('are found by interval also where years lie between them, with few questions', async () => {
    const times = [0, 1_000, 250_000_000, 604_799_000];
    const store = storeWith(times);
    const values = await exported(store, { intervalMs: 1_000, zone: 'UTC' });
    expect(values.map(({ timeMs }) => timeMs)).toEqual(times);
    expect(store.asked().questions).toBeLessThan(100);
  });
});

it('the next batch is looked for while one is written, once each, and a fault comes in its turn', async () => {
  const requestedBatches: number[] = [];
  const batches = async function* () {
    for (const batch of [1, 2, 3]) {
      requestedBatches.push(batch);
      yield batch;
    }
    throw new Error('away');
  };
  const ahead = lookingAhead(batches());
  const steps: unknown[] = [];
  for (let step = 0; step < 3; step += 1) {
    const { value } = await ahead.next();
    // After this, every look that was begun has come as far as it can.
    await new Promise((resolve) => setImmediate(resolve));
    steps.push([value, [...requestedBatches]]);
  }
  expect(steps).toEqual([
    [1, [1, 2]],
    [2, [1, 2, 3]],
    [3, [1, 2, 3]],
  ]);
  await expect(ahead.next()).rejects.toThrow('away');
});
