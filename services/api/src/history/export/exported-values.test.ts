import type {
  AggregateQuery,
  HistoryBucket,
  HistoryPoint,
  HistoryQuery,
} from '@holdfast/sample-store/sample-store.ts';
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
  const latest = <T>(found: readonly T[], { limit }: HistoryQuery): T[] => {
    mostAtOnce = Math.max(mostAtOnce, Math.min(found.length, limit));
    return found.slice(-limit);
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
  intervals?: { intervalMs: number; utcOffsetMs: number },
) {
  const { signal } = new AbortController();
  const found: { timeMs: number; count?: number }[] = [];
  const options = { samples, start, end, intervals, signal, atOnce: 100 };
  for await (const { values } of exportedValues([point], options)) found.push(...values);
  return found;
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
    const hour = { intervalMs: 600_000, utcOffsetMs: 300_000 };
    const found = await exported(storeWith(times), hour);
    expect(found.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(2_000);
    expect(new Set(found.map(({ timeMs }) => timeMs)).size).toBe(found.length);
    expect(found.every(({ timeMs }) => (timeMs + 300_000) % 600_000 === 0)).toBe(true);
  });

  it('are found by interval also where years lie between them, with few questions', async () => {
    const times = [0, 1_000, 250_000_000, 604_799_000];
    const store = storeWith(times);
    const found = await exported(store, { intervalMs: 1_000, utcOffsetMs: 0 });
    expect(found.map(({ timeMs }) => timeMs)).toEqual(times);
    expect(store.asked().questions).toBeLessThan(100);
  });
});

it('the next batch is looked for while one is written, once each, and a fault comes in its turn', async () => {
  const asked: number[] = [];
  const batches = async function* () {
    for (const batch of [1, 2, 3]) {
      asked.push(batch);
      yield batch;
    }
    throw new Error('away');
  };
  const taken = lookingAhead(batches());
  const seen: unknown[] = [];
  for (let step = 0; step < 3; step += 1) {
    const { value } = await taken.next();
    // After this, every look that was begun has come as far as it can.
    await new Promise((resolve) => setImmediate(resolve));
    seen.push([value, [...asked]]);
  }
  expect(seen).toEqual([
    [1, [1, 2]],
    [2, [1, 2, 3]],
    [3, [1, 2, 3]],
  ]);
  await expect(taken.next()).rejects.toThrow('away');
});
