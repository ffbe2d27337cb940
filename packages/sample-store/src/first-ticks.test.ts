import { expect, it } from 'vitest';
import { FirstTicks } from './first-ticks.ts';
import type { StorableSample } from './sample-store.ts';

const sample = (epoch: number, tick: number, sequence: number, since_tick?: number, device = 'press') =>
  ({
    ...{ session: '1-1', device, epoch, tick, period_ms: 1_000, sequence },
    ...(since_tick === undefined ? {} : { since_tick }),
  }) as StorableSample;

it('each device is noted once under an epoch, by the first tick of its sender', () => {
  const first = new FirstTicks();
  const news = first.newsOf([
    sample(5, 12, 70, 10),
    sample(5, 13, 71, 10),
    sample(5, 12, 72, undefined, 'mixer'),
  ]);
  expect(news.firstTicks).toEqual([
    { session: '1-1', device: 'press', epoch: 5, timeMs: 10_000, sequence: 70 },
    { session: '1-1', device: 'mixer', epoch: 5, timeMs: 12_000, sequence: 72 },
  ]);
  // Ticks that were not recorded are reported again the next time.
  expect(first.newsOf([sample(5, 14, 73, 10)]).firstTicks).toHaveLength(1);
  news.recorded();
  expect(first.newsOf([sample(5, 14, 74, 10), sample(5, 20, 75, 18)]).firstTicks).toEqual([]);
});

it('an earlier message of the same epoch, and another epoch, are news', () => {
  const first = new FirstTicks();
  first.newsOf([sample(5, 20, 80, 18)]).recorded();
  const earlier = first.newsOf([sample(5, 12, 70, 10)]);
  expect(earlier.firstTicks).toMatchObject([{ epoch: 5, timeMs: 10_000, sequence: 70 }]);
  earlier.recorded();
  const next = first.newsOf([sample(9, 30, 90, 30)]);
  expect(next.firstTicks).toMatchObject([{ epoch: 9, timeMs: 30_000 }]);
  next.recorded();
  first.newsOf([sample(5, 15, 60, 10)]).recorded();
  expect(first.newsOf([sample(9, 31, 91, 30)]).firstTicks).toEqual([]);
});
