import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { describe, expect, it } from 'vitest';
import { EpochFence } from '../fencing/epoch-fence.ts';
import { decodeBatch, sortOut } from './sort-out.ts';
import { firstTimeMs, messageOf, sampleOf } from './testing/sample-message.ts';

it('a sample that cannot be read is held against the version that it names', () => {
  const sample = { ...sampleOf({ tick: 1, config_version: 3 }), values: 'none' };
  const { undecodable } = decodeBatch([messageOf(1, JSON.stringify(sample))]);
  expect(undecodable).toMatchObject([{ claim: { session: 'session-1', epoch: 7, config_version: 3 } }]);
});

describe('a sample of a session that its collector was given a day ago', () => {
  const minuteMs = 60_000;
  const dayMs = 86_400_000;
  const startMs = firstTimeMs - dayMs;
  /** Read at this time, and judged a second after the first time, with a tolerance of a minute. */
  const verdictOn = (timeMs: number, changes: Partial<Sample> = {}) => {
    const tick = Math.floor(timeMs / 1_000);
    const sample = sampleOf({ tick, time: tick * 1_000, ...changes });
    const message = { ...messageOf(1, sample), time: new Date(firstTimeMs) };
    const admitted = [{ message, sample, isVerified: true, sinceMs: startMs }];
    const { storable, untimely } = sortOut(admitted, new EpochFence(), minuteMs, firstTimeMs + 1_000);
    return storable.length === 1 ? 'stored' : untimely[0]?.reason;
  };
  const tooLate = expect.stringContaining('has not come yet');
  const tooEarly = expect.stringContaining('before its collector was given the session');
  const changed = (offsetMs: number) =>
    ({ values: undefined, changes: { temperature: [[offsetMs, 1]] } }) as const;

  it.each([
    ['the moment', firstTimeMs, {}, 'stored'],
    ['the beginning of the session', startMs, {}, 'stored'],
    ['what a clock may be ahead', firstTimeMs + minuteMs, {}, 'stored'],
    ['more than a clock may be ahead', firstTimeMs + minuteMs + 3_000, {}, tooLate],
    ['what a clock may be behind at the start', startMs - minuteMs, {}, 'stored'],
    ['before that', startMs - minuteMs - 2_000, {}, tooEarly],
    [
      'a day that was under way at the start',
      startMs - dayMs + 1_000,
      { period_ms: dayMs, tick: 20_452 },
      'stored',
    ],
    [
      'a part of the day under way',
      firstTimeMs + dayMs,
      { period_ms: dayMs, tick: 20_455, part: 1 },
      'stored',
    ],
    ['a loss up to the moment', startMs, { through_tick: firstTimeMs / 1_000 }, 'stored'],
    ['a loss into the future', startMs, { through_tick: firstTimeMs }, tooLate],
    ['ticks sent since long before', firstTimeMs, { since_tick: 1 }, tooEarly],
    ['a time that is not that of its tick', firstTimeMs, { time: firstTimeMs + dayMs }, tooLate],
    ['a value that its source dates a day back', startMs, changed(-dayMs), 'stored'],
    ['a value that its source dates far back', startMs, changed(-3 * dayMs), tooEarly],
    ['a value that its source dates ahead', firstTimeMs, changed(2 * minuteMs), 'stored'],
    ['a value that its source dates far ahead', firstTimeMs, changed(dayMs), tooLate],
  ])('is judged by its time: %s', (_, timeMs, changes, expected) => {
    expect(verdictOn(timeMs, changes as Partial<Sample>)).toEqual(expected);
  });
});
