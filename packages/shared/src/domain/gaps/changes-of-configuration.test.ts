import { describe, expect, it } from 'vitest';
import { accountOfDevice } from './account-of-device.ts';
import { attributeGaps, type Coverage } from './attribute-gaps.ts';
import { dueTicks } from './due-ticks.ts';
import { fromTicks, type TickRanges } from './tick-ranges.ts';
import type { TimedPlacement } from './timed-placements.ts';

const second = 1_000;
const range = (from: number, to: number): TickRanges => [{ from, to }];
const coverageOf = (storedTicks: TickRanges): Coverage => ({
  ...{ stored: storedTicks, quarantined: [], missed: new Map(), sent: [], confirmed: [] },
});
/** The session has run since second 100: it was placed at once, and changed at second 200 by event 9. */
const intervals = [{ fromMs: 100 * second, toMs: undefined, fromSequence: 1, toSequence: undefined }];
const placed: TimedPlacement = { timeMs: 100 * second + 50, epoch: 2, reason: 'start' };
const changes = [{ timeMs: 200 * second, event: 9 }];
const nowMs = 300 * second;

interface PeriodChange {
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** In ticks of a second. */
  readonly stored: TickRanges;
  /** In ticks of the length after the change, if that is another one. */
  readonly storedAfter?: TickRanges;
  readonly placements?: readonly TimedPlacement[];
}

/** The gaps of a device whose tick length the change turned from `before` into `after`, in ms. */
function gapsOf({ before, after, stored, storedAfter = [], placements = [placed] }: PeriodChange) {
  const legs = [
    { fromMs: Number.NEGATIVE_INFINITY, periodMs: before },
    { fromMs: 200 * second, periodMs: after },
  ];
  return accountOfDevice({
    due: dueTicks(legs, intervals, nowMs),
    coverage: new Map([[after ?? second, coverageOf(storedAfter)] as const, [second, coverageOf(stored)]]),
    ...{ intervals, placements, changes, nowMs, settledMs: nowMs },
  }).flatMap(({ periodMs, gaps }) =>
    gaps.map(({ cause, from, to, events }) => [cause, from * periodMs, to * periodMs, events]),
  );
}

describe('ticks around a change of configuration', () => {
  it('are none that are missing where all were read, whatever has changed', () => {
    const all = range(100, 299);
    expect(gapsOf({ before: second, after: second, stored: all })).toEqual([]);
    expect(gapsOf({ before: second, after: undefined, stored: range(100, 199) })).toEqual([]);
    expect(gapsOf({ before: undefined, after: second, stored: range(200, 299) })).toEqual([]);
  });

  it('are missing for the change itself where its holder heard of it too late', () => {
    expect(gapsOf({ before: undefined, after: second, stored: range(206, 299) })).toEqual([
      ['reconfiguration', 200 * second, 205 * second, [9]],
    ]);
  });

  it('are missing for the change that has brought the device, also where another one came before it was read', () => {
    const again = [...changes, { timeMs: 203 * second, event: 12 }];
    const causes = (coverage: Coverage) =>
      attributeGaps({
        ...{ scheduled: range(200, 299), intervals, placements: [placed], periodMs: second, coverage },
        ...{ changes: again, nowMs, settledMs: nowMs },
      }).gaps.map(({ cause, from, to, events }) => [cause, from, to, events]);
    expect(causes(coverageOf(range(206, 299)))).toEqual([['reconfiguration', 200, 205, [9]]]);
  });

  it('are no fault of the change where the device was not read before either', () => {
    expect(gapsOf({ before: second, after: second, stored: range(206, 299) })).toEqual([
      ['waiting', 100 * second, 205 * second, [1]],
    ]);
  });

  it('are missing for the change where ticks of the former length were read instead', () => {
    const after = 100;
    const storedAfter = range(2_050, 2_999);
    const late = gapsOf({ before: second, after, stored: range(100, 204), storedAfter });
    expect(late).toEqual([['reconfiguration', 200 * second, 204_900, [9]]]);
    // A tick of an hour is too long to fall within.
    const hour = 3_600_000;
    const hourlyAccount = accountOfDevice({
      due: [
        { periodMs: hour, scheduled: [{ from: 0, to: 0 }] },
        { periodMs: 100, scheduled: range(2_000, 2_999) },
      ],
      coverage: new Map([[hour, coverageOf(fromTicks([0]))] as const, [100, coverageOf(storedAfter)]]),
      ...{ intervals, placements: [placed], changes, nowMs, settledMs: nowMs },
    });
    expect(hourlyAccount.map(({ gaps }) => gaps.map(({ cause, from, to }) => [cause, from, to]))).toEqual([
      [],
      [['reconfiguration', 2_000, 2_049]],
    ]);
  });

  it('are no fault of the change where the one who read fell silent right before it', () => {
    const untouched = [...range(100, 199), ...range(206, 299)];
    expect(gapsOf({ before: second, after: second, stored: untouched })).toEqual([
      ['restart', 200 * second, 205 * second, []],
    ]);
    const storedAfter = range(2_050, 2_999);
    const story = { before: second, after: 100, stored: range(100, 197), storedAfter };
    expect(gapsOf(story)).toEqual([
      ['restart', 198 * second, 199 * second, []],
      ['restart', 200 * second, 204_900, []],
    ]);
    expect(gapsOf({ ...story, stored: range(100, 199) })).toEqual([['restart', 200 * second, 204_900, []]]);
  });

  it('are missing for whoever took over within the hole, on either side of the change', () => {
    const placement: TimedPlacement = { timeMs: 203 * second, epoch: 11, reason: 'failover' };
    const story = { before: second, after: 100, stored: range(100, 189), placements: [placed, placement] };
    expect(gapsOf({ ...story, storedAfter: range(2_040, 2_999) })).toEqual([
      ['failover', 190 * second, 199 * second, [11]],
      ['failover', 200 * second, 203_900, [11]],
    ]);
    // The session goes on, and has not been read since.
    expect(gapsOf({ ...story, placements: [placed] }).map(([cause]) => cause)).toEqual([
      'not_arrived',
      'not_arrived',
    ]);
  });

  it('are no longer due where those of another length were, since they began', () => {
    const legs = [
      { fromMs: Number.NEGATIVE_INFINITY, periodMs: 100 },
      { fromMs: 200 * second, periodMs: 60 * second },
    ];
    const paused = [
      { fromMs: 100 * second, toMs: 190 * second },
      { fromMs: 220 * second, toMs: undefined },
    ];
    // The minute from second 180 on is under way when the session goes on.
    expect(dueTicks(legs, paused, nowMs)[1]?.scheduled).toEqual(range(4, 4));
    const earlier = [{ fromMs: 100 * second, toMs: 170 * second }, ...paused.slice(1)];
    expect(dueTicks(legs, earlier, nowMs)[1]?.scheduled).toEqual(range(3, 4));
  });

  it.each([100, second, 60 * second])(
    'are waited for by a session that goes on, after ticks of %d ms',
    (before) => {
      const paused = [
        { ...{ fromMs: 100 * second, toMs: 190 * second }, fromSequence: 1, toSequence: 4 },
        { ...{ fromMs: 210 * second, toMs: undefined }, fromSequence: 6, toSequence: undefined },
      ];
      const legs = [
        { fromMs: Number.NEGATIVE_INFINITY, periodMs: before },
        { fromMs: 200 * second, periodMs: 250 },
      ];
      const [former, latter] = dueTicks(legs, paused, nowMs);
      const placements: TimedPlacement[] = [placed, { timeMs: 210_500, epoch: 7, reason: 'resume' }];
      const gaps = accountOfDevice({
        due: dueTicks(legs, paused, nowMs),
        coverage: new Map([
          [before, coverageOf(former?.scheduled ?? [])] as const,
          [250, coverageOf(range(844, 1_199))],
        ]),
        ...{ intervals: paused, placements, changes, nowMs, settledMs: nowMs },
      }).flatMap((account) => account.gaps.map(({ cause, from, to, events }) => [cause, from, to, events]));
      expect(latter?.scheduled).toEqual(range(840, 1_199));
      expect(gaps).toEqual([['waiting', 840, 843, [6]]]);
    },
  );

  it('are missing for the change also where it was taken back before anybody could read a device', () => {
    const takenBack = [...changes, { timeMs: 230 * second, event: 12 }];
    const causes = (story: { endMs?: number; placements?: TimedPlacement[]; takenBackMs?: number }) => {
      const { endMs = 230 * second, placements: more = [], takenBackMs = 0 } = story;
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
    // A later holder was not to read the device any more.
    const later: TimedPlacement = { timeMs: 260 * second, epoch: 14, reason: 'failover' };
    expect(causes({ placements: [later] })).toEqual([['reconfiguration', 200, 229, [9]]]);
    // Another device was changed then: this one may still arrive.
    expect(causes({ endMs: nowMs })).toEqual([['not_arrived', 200, 299, []]]);
    // The second change is still to come.
    expect(causes({ endMs: nowMs, takenBackMs: 70 * second })).toEqual([['not_arrived', 200, 299, []]]);
  });

  it('are missing for another cause where there is one: an unavailable or a new holder', () => {
    const away = [...range(100, 189), ...range(206, 299)];
    expect(gapsOf({ before: second, after: second, stored: away })).toEqual([
      ['restart', 190 * second, 205 * second, []],
    ]);
    const placement: TimedPlacement = { timeMs: 202 * second, epoch: 11, reason: 'failover' };
    expect(gapsOf({ before: second, after: second, stored: away, placements: [placed, placement] })).toEqual([
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
