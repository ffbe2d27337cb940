import { evenSpans, plantClock } from '@holdfast/shared/domain/plant-clock.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { aggregateSpans } from '../aggregate-spans.ts';
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

    it.each([
      ['Europe/Berlin', '2026-03-28', [24, 23, 24]],
      ['Europe/Berlin', '2026-10-24', [24, 25, 24]],
      ['Australia/Lord_Howe', '2026-10-03', [24, 23.5, 24]],
      ['Australia/Lord_Howe', '2026-04-04', [24, 24.5, 24]],
    ])('counts calendar days where the clock of %s is changed, from %s on', async (zone, first, hours) => {
      const clock = plantClock(zone);
      const halfHourMs = 1_800_000;
      const day = Date.parse(first) / 86_400_000;
      const [start, end] = [new Date(clock.at(day)), new Date(clock.at(day + 3) + 2 * halfHourMs)];
      const times: number[] = [];
      for (let atMs = start.getTime(); atMs < end.getTime(); atMs += halfHourMs) times.push(atMs);
      const device = `calendar-${zone}-${first}`;
      await store().write(
        times.map((time, index) =>
          storableSample({
            ...{ device, time, tick: time / halfHourMs, period_ms: halfHourMs },
            values: { temperature: index },
          }),
        ),
      );
      const intervalMs = 86_400_000;
      const question = { ...minutes, intervalMs, devices: [press(device)], start, end };
      const spans = evenSpans(clock, { fromMs: start.getTime(), toMs: end.getTime(), intervalMs });
      const days = await aggregateSpans(store(), question, spans);
      expect(days.map(({ time }) => time.getTime())).toEqual(
        [0, 1, 2, 3].map((each) => clock.at(day + each)),
      );
      expect(days.map(({ count }) => count)).toEqual([...hours.map((each) => each * 2), 2]);
      expect(days[1]).toMatchObject({ min: 48, last: 47 + (hours[1] as number) * 2 });
      expect(await aggregateSpans(store(), { ...question, limit: 2 }, spans)).toEqual(days.slice(-2));
    });

    it('shows calendar days without values, also that on which the clock is changed', async () => {
      const clock = plantClock('Europe/Berlin');
      const [start, end] = [new Date('2025-03-28T23:00:00Z'), new Date('2025-03-31T22:00:00Z')];
      const at = (time: number) => storableSample({ device: 'calendar-holes', time, tick: time / 1_000 });
      await store().write([at(start.getTime()), at(end.getTime() - 1_000)]);
      const intervalMs = 86_400_000;
      const question = { ...minutes, intervalMs, devices: [press('calendar-holes')], start, end };
      const spans = evenSpans(clock, { fromMs: start.getTime(), toMs: end.getTime(), intervalMs });
      const days = await aggregateSpans(store(), question, spans);
      expect(days.map(({ time, count }) => [time.toISOString(), count])).toEqual([
        ['2025-03-28T23:00:00.000Z', 1],
        ['2025-03-29T23:00:00.000Z', 0],
        ['2025-03-30T22:00:00.000Z', 1],
      ]);
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
