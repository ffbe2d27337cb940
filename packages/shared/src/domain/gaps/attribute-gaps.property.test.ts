import { thorough } from '@holdfast/test/support/thorough.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeGaps } from './attribute-gaps.ts';
import type { GapCause } from './gap-causes.ts';
import { runningIntervals, scheduledTicks, type TimedSessionEvent } from './schedule.ts';
import { fromTicks, normalise, type TickRange, type TickRanges } from './tick-ranges.ts';
import type { TimedPlacement } from './timed-placements.ts';

const periodMs = 100;
const horizonTicks = 60;
const time = fc.integer({ min: 0, max: horizonTicks * periodMs });
const ticks: fc.Arbitrary<TickRanges> = fc
  .array(fc.integer({ min: 0, max: horizonTicks }), { maxLength: 30 })
  .map(fromTicks);
const causes: GapCause[] = [
  'timeout',
  'connection',
  'exception',
  'overrun',
  'buffer_full',
  'too_large',
  'fenced',
];
const coverage = fc.record({
  stored: ticks,
  quarantined: ticks,
  missed: fc
    .array(fc.tuple(fc.constantFrom(...causes), ticks), { maxLength: 4 })
    .map((list) => new Map(list)),
  sent: fc.oneof(fc.constant([]), ticks),
  confirmed: fc.oneof(fc.constant([]), ticks),
});

/** Events of one session, which runs and stops by turns; times are in order, as one writer gives them. */
const lifecycle = fc.uniqueArray(time, { minLength: 1, maxLength: 7 }).map((times) =>
  times
    .sort((a, b) => a - b)
    .map((timeMs, index): TimedSessionEvent => {
      const event = { type: index % 2 === 0 ? 'session.resumed' : 'session.paused' } as const;
      return { event, timeMs, sequence: 10 * (index + 1) };
    }),
);
const placements = fc
  .array(
    fc.record({
      timeMs: time,
      epoch: fc.integer({ min: 1, max: 80 }),
      reason: fc.constantFrom<TimedPlacement['reason']>(
        'start',
        'recovery',
        'failover',
        'drain',
        'rebalance',
        'resume',
      ),
      releasedMs: fc.option(time, { nil: undefined }),
    }),
    { maxLength: 6 },
  )
  .map((list) => list.sort((a, b) => a.epoch - b.epoch));

const situation = fc
  .record({
    events: lifecycle,
    placements,
    coverage,
    nowMs: time,
    settledMs: time,
    knowsSequences: fc.boolean(),
  })
  .map(({ events, knowsSequences, ...rest }) => {
    const timedEvents = events.map((event) => ({
      ...event,
      sequence: knowsSequences ? event.sequence : undefined,
    }));
    const intervals = runningIntervals(timedEvents);
    return { ...rest, intervals, periodMs, scheduled: scheduledTicks(intervals, periodMs, rest.nowMs) };
  });

const eachTick = (ranges: readonly TickRange[]) =>
  ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, offset) => from + offset));

describe('accounting for the ticks of a device, whatever was recorded, placed and paused', () => {
  it('puts every scheduled tick into exactly one of stored, quarantined and the gaps', () => {
    fc.assert(
      fc.property(situation, (options) => {
        const { scheduled, stored, quarantined, gaps } = attributeGaps(options);
        const isScheduled = new Set(eachTick(scheduled));
        const parts = [
          ...eachTick(stored).filter((tick) => isScheduled.has(tick)),
          ...eachTick(quarantined).filter((tick) => isScheduled.has(tick)),
          ...eachTick(gaps),
        ];
        expect(parts.sort((a, b) => a - b)).toEqual(eachTick(scheduled));
      }),
      { numRuns: thorough(3_000) },
    );
  });

  it('gives gaps in order, without overlap, and merged with neighbours of the same cause', () => {
    fc.assert(
      fc.property(situation, (options) => {
        const { gaps } = attributeGaps(options);
        for (const [index, gap] of gaps.entries()) {
          expect(gap.from).toBeLessThanOrEqual(gap.to);
          const before = gaps[index - 1];
          if (!before) continue;
          expect(gap.from).toBeGreaterThan(before.to);
          if (gap.cause === before.cause) expect(gap.from).toBeGreaterThan(before.to + 1);
        }
      }),
      { numRuns: thorough(1_000) },
    );
  });

  it('never says that a tick was stored or quarantined which was not recorded as such', () => {
    fc.assert(
      fc.property(situation, (options) => {
        const { stored, quarantined, unscheduled, scheduled } = attributeGaps(options);
        expect(stored).toEqual(options.coverage.stored);
        const isIn = new Set(eachTick(options.coverage.quarantined));
        expect(eachTick(quarantined).every((tick) => isIn.has(tick))).toBe(true);
        const due = new Set(eachTick(scheduled));
        expect(eachTick(unscheduled).some((tick) => due.has(tick))).toBe(false);
      }),
      { numRuns: thorough(1_000) },
    );
  });

  it('believes what the collector or the writer said of a tick', () => {
    fc.assert(
      fc.property(situation, (options) => {
        for (const { from, to, cause } of attributeGaps(options).gaps) {
          for (let tick = from; tick <= to; tick += 1) {
            const words = [...options.coverage.missed]
              .filter(([, ranges]) => ranges.some((range) => range.from <= tick && tick <= range.to))
              .map(([word]) => word);
            if (words.length > 0) expect(words).toContain(cause);
            // Or what follows from when a collector began.
            else expect(causes.filter((word) => word !== 'buffer_full')).not.toContain(cause);
          }
        }
      }),
      { numRuns: thorough(1_000) },
    );
  });

  it('calls every tick lost on its way that was confirmed and of which nothing else is on record', () => {
    fc.assert(
      fc.property(situation, (options) => {
        const { stored, quarantined, missed, confirmed } = options.coverage;
        const recordedTicks = new Set([stored, quarantined, ...missed.values()].flatMap(eachTick));
        const wasConfirmed = new Set(eachTick(confirmed));
        const open = eachTick(options.scheduled).filter(
          (tick) => wasConfirmed.has(tick) && !recordedTicks.has(tick),
        );
        const lost = attributeGaps(options).gaps.filter(({ cause }) => cause === 'buffer_full');
        const isLost = new Set(eachTick(lost));
        expect(open.filter((tick) => !isLost.has(tick))).toEqual([]);
      }),
      { numRuns: thorough(1_000) },
    );
  });

  it('expects no tick of a time in which the session was paused', () => {
    fc.assert(
      fc.property(lifecycle, time, (events, nowMs) => {
        const intervals = runningIntervals(events);
        for (const tick of eachTick(scheduledTicks(intervals, periodMs, nowMs))) {
          const begin = tick * periodMs;
          const overlaps = intervals.some(({ fromMs, toMs }) => {
            return fromMs < begin + periodMs && (toMs ?? nowMs) > begin;
          });
          expect(overlaps).toBe(true);
        }
      }),
      { numRuns: thorough(1_000) },
    );
  });
});

describe('sets of ticks', () => {
  it('keep their normal form', () => {
    const range = fc
      .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: -2, max: 9 }))
      .map(([from, length]) => ({ from, to: from + length }));
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        const normal = normalise(ranges);
        expect(eachTick(normal)).toEqual(
          [...new Set(eachTick(ranges.filter(({ from, to }) => from <= to)))].sort((a, b) => a - b),
        );
        for (const [index, { from }] of normal.entries()) {
          const before = normal[index - 1];
          if (before) expect(from).toBeGreaterThan(before.to + 1);
        }
      }),
    );
  });
});
