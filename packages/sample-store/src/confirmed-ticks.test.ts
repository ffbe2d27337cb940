import { expect, it } from 'vitest';
import { confirmedTicks } from './confirmed-ticks.ts';

it('ticks are on record as sent up to where their sender held the session, whatever it says', () => {
  const device = { device: 'press-1', period_ms: 500, since_tick: 10, tick: 20 };
  const record = { v: 1, session: '7-1', epoch: 2, collector: 'a', ended: true } as const;
  const ticksUntil = (untilMs: number) =>
    confirmedTicks({ ...record, devices: [device] }, untilMs).map(({ from, to }) => [from, to]);
  expect(ticksUntil(Number.POSITIVE_INFINITY)).toEqual([[10, 20]]);
  expect(ticksUntil(7_499)).toEqual([[10, 14]]);
  expect(ticksUntil(5_000)).toEqual([[10, 10]]);
  expect(ticksUntil(4_999)).toEqual([]);
});
