import { describe, expect, it } from 'vitest';
import { attributeGaps, type Coverage } from './attribute-gaps.ts';
import { dueTicks } from './due-ticks.ts';
import { fromTicks, type TickRanges } from './tick-ranges.ts';
import type { TimedPlacement } from './timed-placements.ts';

const second = 1_000;
const range = (from: number, to: number): TickRanges => [{ from, to }];
const coverageOf = (stored: TickRanges): Coverage => ({
  ...{ stored, quarantined: [], missed: new Map(), sent: [], confirmed: [] },
});
/** Runs since second 100, placed at once; changed at second 200 by event 9. */
const intervals = [{ fromMs: 100 * second, toMs: undefined, fromSequence: 1, toSequence: undefined }];
const placed: TimedPlacement = { timeMs: 100 * second + 50, epoch: 2, reason: 'start' };
const changes = [{ timeMs: 200 * second, event: 9 }];
const nowMs = 300 * second;

interface Told {
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly stored: TickRanges;
  readonly placements?: readonly TimedPlacement[];
}

/** The gaps of a device of which the change made one of `before` one of `after`, in ms. */
function gapsOf({ before, after, stored, placements = [placed] }: Told) {
  const legs = [
    { fromMs: Number.NEGATIVE_INFINITY, periodMs: before },
    { fromMs: 200 * second, periodMs: after },
  ];
  return dueTicks(legs, intervals, nowMs).flatMap(({ periodMs, scheduled }) => {
    const { gaps } = attributeGaps({
      ...{ scheduled, intervals, placements, periodMs, changes, nowMs, settledMs: nowMs },
      coverage: coverageOf(stored),
    });
    return gaps.map(({ cause, from, to, events }) => [cause, from * periodMs, to * periodMs, events]);
  });
}

describe('ticks around a change of configuration', () => {
  it('are none that are missing where all were read, whatever has changed', () => {
    const all = range(100, 299);
    expect(gapsOf({ before: second, after: second, stored: all })).toEqual([]);
    expect(gapsOf({ before: second, after: undefined, stored: range(100, 199) })).toEqual([]);
    expect(gapsOf({ before: undefined, after: second, stored: range(200, 299) })).toEqual([]);
  });

  it('are missing for the change itself where its holder heard of it too late', () => {
    const late = [...range(100, 199), ...range(206, 299)];
    expect(gapsOf({ before: second, after: second, stored: late })).toEqual([
      ['reconfiguration', 200 * second, 205 * second, [9]],
    ]);
    expect(gapsOf({ before: undefined, after: second, stored: range(206, 299) })).toEqual([
      ['reconfiguration', 200 * second, 205 * second, [9]],
    ]);
  });

  it('are missing for the change also where it was taken back before anybody could read a device', () => {
    const takenBack = [...changes, { timeMs: 230 * second, event: 12 }];
    const causes = (told: { endMs?: number; placements?: TimedPlacement[]; takenBackMs?: number }) => {
      const { endMs = 230 * second, placements: more = [], takenBackMs = 0 } = told;
      return attributeGaps({
        scheduled: range(200, endMs / second - 1),
        ...{ intervals, placements: [placed, ...more], periodMs: second, coverage: coverageOf([]) },
        changes: takenBack.map(({ timeMs, event }, index) => ({
          timeMs: timeMs + index * takenBackMs,
          event,
        })),
        ...{ nowMs, settledMs: nowMs },
      }).gaps.map(({ cause, from, to, events }) => [cause, from, to, events]);
    };
    expect(causes({})).toEqual([['reconfiguration', 200, 229, [9]]]);
    // Whoever got it afterwards was not to read the device any more.
    const later: TimedPlacement = { timeMs: 260 * second, epoch: 14, reason: 'failover' };
    expect(causes({ placements: [later] })).toEqual([['reconfiguration', 200, 229, [9]]]);
    // Another device was changed then: this one may still arrive.
    expect(causes({ endMs: nowMs })).toEqual([['not_arrived', 200, 299, []]]);
    // The second change is still to come.
    expect(causes({ endMs: nowMs, takenBackMs: 70 * second })).toEqual([['not_arrived', 200, 299, []]]);
  });

  it('are missing for another cause where there is one: who was away, or took over', () => {
    const away = [...range(100, 189), ...range(206, 299)];
    expect(gapsOf({ before: second, after: second, stored: away })).toEqual([
      ['restart', 190 * second, 205 * second, []],
    ]);
    const taken: TimedPlacement = { timeMs: 202 * second, epoch: 11, reason: 'failover' };
    expect(gapsOf({ before: second, after: second, stored: away, placements: [placed, taken] })).toEqual([
      ['failover', 190 * second, 205 * second, [11]],
    ]);
  });

  it('that were read beyond the end of what was to be read are counted as such', () => {
    const [due] = dueTicks(
      [
        { fromMs: Number.NEGATIVE_INFINITY, periodMs: second },
        { fromMs: 200 * second, periodMs: undefined },
      ],
      intervals,
      nowMs,
    );
    const { unscheduled } = attributeGaps({
      ...{
        scheduled: due?.scheduled ?? [],
        intervals,
        placements: [placed],
        periodMs: second,
        changes,
        nowMs,
      },
      ...{ settledMs: nowMs, coverage: coverageOf(range(100, 203)) },
    });
    expect(unscheduled).toEqual(fromTicks([200, 201, 202, 203]));
  });
});
