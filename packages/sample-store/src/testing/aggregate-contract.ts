import { beforeAll, describe, expect, it } from 'vitest';
import { type HistoryBucket, HistoryQueryRefused, type SampleStore } from '../sample-store.ts';
import { withEmptyBuckets } from '../with-empty-buckets.ts';
import { minutes, press } from './contract-questions.ts';
import { firstTimeMs, storableSample } from './storable-sample.ts';

/** The contract of aggregates: how every store summarises values in intervals. */
export function describeAggregates(store: () => SampleStore): void {
  describe('asked for aggregates', () => {
    const ticks = [0, 1, 2, 59, 60, 61, 180];
    beforeAll(async () => {
      for (const device of ['bucket-a', 'bucket-b']) {
        const sign = device === 'bucket-a' ? 1 : -1;
        await store().write(
          ticks.map((tick) =>
            storableSample({
              device,
              tick,
              values: { temperature: sign * (tick + 0.25), run: tick % 2 === 0, state: `step ${tick}` },
            }),
          ),
        );
      }
    });
    const bucket = (minute: number, changes: Partial<HistoryBucket>): HistoryBucket => ({
      time: new Date(firstTimeMs + minute * 60_000),
      device: 'bucket-a',
      pointCode: 'temperature',
      mean: null,
      min: null,
      max: null,
      last: null,
      count: 0,
      quality: 'good',
      ...changes,
    });
    const firstMinute = bucket(0, { mean: 15.75, min: 0.25, max: 59.25, last: 59.25, count: 4 });
    const secondMinute = bucket(1, { mean: 60.75, min: 60.25, max: 61.25, last: 61.25, count: 2 });
    const fourthMinute = bucket(3, { mean: 180.25, min: 180.25, max: 180.25, last: 180.25, count: 1 });

    it('gives mean, extremes, last value and count of each interval, and no interval without values', async () => {
      const buckets = await store().aggregate({ ...minutes, devices: [press('bucket-a')] });
      expect(buckets).toEqual([firstMinute, secondMinute, fourthMinute]);
      expect(withEmptyBuckets(buckets, { ...minutes, end: new Date(firstTimeMs + 300_000) })).toEqual([
        firstMinute,
        secondMinute,
        bucket(2, {}),
        fourthMinute,
        bucket(4, {}),
      ]);
    });

    it('has no mean of booleans and texts, but counts them and knows the last', async () => {
      for (const [pointCode, lasts] of [
        ['run', [false, false, true]],
        ['state', ['step 59', 'step 61', 'step 180']],
      ] as const) {
        const buckets = await store().aggregate({ ...minutes, pointCode, devices: [press('bucket-a')] });
        expect(buckets.map(({ mean, min, max }) => [mean, min, max])).toEqual(
          lasts.map(() => [null, null, null]),
        );
        expect(buckets.map(({ last }) => last)).toEqual(lasts);
        expect(buckets.map(({ count }) => count)).toEqual([4, 2, 1]);
      }
    });

    it('gives the latest intervals of all devices together up to the limit, ascending', async () => {
      const devices = [press('bucket-a'), press('bucket-b')];
      const buckets = await store().aggregate({ ...minutes, devices, limit: 3 });
      expect(buckets.map(({ device, time }) => [device, (time.getTime() - firstTimeMs) / 60_000])).toEqual([
        ['bucket-b', 1],
        ['bucket-a', 3],
        ['bucket-b', 3],
      ]);
    });

    it('begins intervals at multiples of their length, and counts only what lies between start and end', async () => {
      const start = new Date(firstTimeMs + 2_000);
      const end = new Date(firstTimeMs + 61_000);
      const buckets = await store().aggregate({ ...minutes, devices: [press('bucket-a')], start, end });
      expect(buckets).toEqual([
        bucket(0, { mean: 30.75, min: 2.25, max: 59.25, last: 59.25, count: 2 }),
        bucket(1, { mean: 60.25, min: 60.25, max: 60.25, last: 60.25, count: 1 }),
      ]);
      const odd = await store().aggregate({ ...minutes, intervalMs: 7_000, devices: [press('bucket-a')] });
      expect(odd.map(({ time }) => time.getTime() % 7_000)).toEqual(odd.map(() => 0));
      expect(odd.reduce((sum, { count }) => sum + count, 0)).toBe(ticks.length);
    });

    it('begins intervals by a clock ahead of UTC or behind it where one is given', async () => {
      // Whole hours in UTC are not whole hours by these clocks, whose first interval has only some of the values.
      const question = { ...minutes, intervalMs: 3_600_000, devices: [press('bucket-a')] };
      const intoHour = firstTimeMs % 3_600_000;
      for (const aheadMs of [180_000, -180_000, 3_600_000 * 8 + 120_000]) {
        // By this clock an hour begins so long after the first value.
        const utcOffsetMs = aheadMs - intoHour;
        const begin = (timeMs: number) =>
          Math.floor((timeMs + utcOffsetMs) / 3_600_000) * 3_600_000 - utcOffsetMs;
        const expected = new Set(ticks.map((tick) => begin(firstTimeMs + tick * 1_000)));
        const buckets = await store().aggregate({ ...question, utcOffsetMs });
        expect(buckets.map(({ time }) => time.getTime())).toEqual([...expected].sort((a, b) => a - b));
        const end = new Date(firstTimeMs + 7_200_000);
        const filled = withEmptyBuckets(buckets, { ...question, utcOffsetMs, end });
        expect(filled.map(({ time }) => (time.getTime() + utcOffsetMs) % 3_600_000)).toEqual(
          filled.map(() => 0),
        );
        expect(filled.length).toBeGreaterThan(buckets.length);
        expect(filled.reduce((sum, { count }) => sum + count, 0)).toBe(ticks.length);
      }
    });

    it('gives nothing for what never was, and for no device', async () => {
      expect(await store().aggregate({ ...minutes, devices: [press('never')] })).toEqual([]);
      expect(await store().aggregate({ ...minutes, devices: [] })).toEqual([]);
    });

    it('refuses more intervals than anybody can look at', async () => {
      const question = { ...minutes, intervalMs: 1, devices: [press('bucket-a')] };
      await expect(store().aggregate(question)).rejects.toBeInstanceOf(HistoryQueryRefused);
    });
  });
}
