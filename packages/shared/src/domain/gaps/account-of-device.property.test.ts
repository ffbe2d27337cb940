import { thorough } from '@holdfast/test/support/thorough.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountOfDevice } from './account-of-device.ts';
import { attributeGaps, type Coverage, type GapCause } from './attribute-gaps.ts';
import { dueTicks } from './due-ticks.ts';
import { fromTicks } from './tick-ranges.ts';

/** The same number means different times in the two, and some times have a tick of both. */
const lengths = [100, 1_000] as const;
const endMs = 30_000;
const changesAt = fc.uniqueArray(fc.integer({ min: 1, max: 29 }), { maxLength: 4 });
const story = fc.record({
  changes: changesAt.map((all) => all.toSorted((one, other) => one - other).map((at) => at * 1_000)),
  first: fc.constantFrom(...lengths),
  /** Outcomes of ticks, one after the other, again and again. */
  fates: fc.array(fc.constantFrom('stored', 'quarantined', 'timeout', 'fenced', 'none'), {
    minLength: 1,
    maxLength: 40,
  }),
  /** Time after each change in which ticks of the former length were still read. */
  lateMs: fc.constantFrom(0, 0, 300, 2_500),
});

interface Read {
  readonly periodMs: number;
  readonly tick: number;
  readonly fate: string;
}

/** Back and forth between the two lengths: ticks in order of time, with what became of each. */
function storyOf({ changes, first, fates, lateMs }: typeof story extends fc.Arbitrary<infer T> ? T : never) {
  const legs = [Number.NEGATIVE_INFINITY, ...changes].map((fromMs, index) => ({
    fromMs,
    periodMs: lengths[(lengths.indexOf(first) + index) % 2] as number,
  }));
  const due: Read[] = [];
  const surplus: Read[] = [];
  for (let ms = 0; ms < endMs; ms += 100) {
    const leg = legs.findLast(({ fromMs }) => fromMs <= ms);
    const before = legs.findLast(({ fromMs }) => fromMs <= ms - lateMs);
    if (leg && ms % leg.periodMs === 0) {
      const fate = fates[due.length % fates.length] as string;
      due.push({ periodMs: leg.periodMs, tick: ms / leg.periodMs, fate });
    }
    if (before && before.periodMs !== leg?.periodMs && ms % before.periodMs === 0)
      surplus.push({ periodMs: before.periodMs, tick: ms / before.periodMs, fate: 'stored' });
  }
  return { legs, due, surplus };
}

function coverageOf(reads: readonly Read[]): Coverage {
  const of = (wantedFate: string) =>
    fromTicks(reads.flatMap(({ tick, fate }) => (fate === wantedFate ? [tick] : [])));
  const missed = new Map<GapCause, ReturnType<typeof of>>();
  for (const cause of ['timeout', 'fenced'] as const) missed.set(cause, of(cause));
  return { stored: of('stored'), quarantined: of('quarantined'), missed, sent: [], confirmed: [] };
}

const options = {
  intervals: [{ fromMs: 0, toMs: undefined }],
  placements: [{ timeMs: 0, epoch: 2, reason: 'start' as const }],
  nowMs: endMs,
  settledMs: endMs,
};

describe('the account of a device that has ticks of several lengths', () => {
  it('has each tick that was due once, and every other one that was read as one that was not due', () => {
    fc.assert(
      fc.property(story, (each) => {
        const { legs, due, surplus } = storyOf(each);
        const recorded = Map.groupBy([...due, ...surplus], ({ periodMs }) => periodMs);
        const accounts = accountOfDevice({
          ...options,
          due: dueTicks(legs, options.intervals, endMs),
          coverage: new Map([...recorded].map(([length, reads]) => [length, coverageOf(reads)])),
          changes: each.changes.map((timeMs, event) => ({ timeMs, event })),
        });
        const accounted: string[] = [];
        const unscheduled: string[] = [];
        for (const { periodMs, scheduled, stored, quarantined, gaps, unscheduled: more } of accounts) {
          const isDue = (tick: number) => scheduled.some(({ from, to }) => from <= tick && tick <= to);
          const put = (ranges: readonly { from: number; to: number }[], as: string, into = accounted) => {
            for (const { from, to } of ranges)
              for (let tick = from; tick <= to; tick += 1)
                if (into === unscheduled || isDue(tick)) into.push(`${tick} of ${periodMs}: ${as}`);
          };
          put(stored, 'stored');
          put(quarantined, 'quarantined');
          for (const gap of gaps) put([gap], ['timeout', 'fenced'].includes(gap.cause) ? gap.cause : 'none');
          put(more, 'surplus', unscheduled);
        }
        const inWords = ({ periodMs, tick, fate }: Read) => `${tick} of ${periodMs}: ${fate}`;
        expect(accounted.sort()).toEqual(due.map(inWords).sort());
        expect(unscheduled.sort()).toEqual(
          surplus.map((surplusRead) => inWords({ ...surplusRead, fate: 'surplus' })).sort(),
        );
      }),
      { numRuns: thorough(500) },
    );
  });

  it('gives the ticks of a time without a reader one cause, whichever length they have', () => {
    const hole = fc.tuple(fc.integer({ min: 11, max: 250 }), fc.integer({ min: 11, max: 100 }));
    fc.assert(
      fc.property(story, hole, fc.boolean(), (each, [from, length], isTaken) => {
        const { legs, due } = storyOf({ ...each, fates: ['stored'], lateMs: 0 });
        const [fromMs, toMs] = [from * 100, Math.min(endMs - 2_000, (from + length) * 100)];
        const isIn = ({ tick, periodMs }: Read) => tick * periodMs >= fromMs && tick * periodMs < toMs;
        fc.pre(due.some(isIn));
        const remaining = Map.groupBy(
          due.filter((dueRead) => !isIn(dueRead)),
          ({ periodMs }) => periodMs,
        );
        const placement = { timeMs: toMs - 50, epoch: 7, reason: 'failover' as const };
        const accounts = accountOfDevice({
          ...options,
          placements: isTaken ? [...options.placements, placement] : options.placements,
          due: dueTicks(legs, options.intervals, endMs),
          coverage: new Map([...remaining].map(([each, reads]) => [each, coverageOf(reads)])),
          changes: each.changes.map((timeMs, event) => ({ timeMs, event })),
        });
        const causes = new Set(accounts.flatMap(({ gaps }) => gaps.map(({ cause }) => cause)));
        // A hole that begins with a change, and is shorter than a tick before it, may be the change's.
        if (causes.delete('reconfiguration')) expect(each.changes.some((ms) => ms < toMs)).toBe(true);
        expect([...causes].filter((cause) => cause !== (isTaken ? 'failover' : 'restart'))).toEqual([]);
      }),
      { numRuns: thorough(500) },
    );
  });

  it('is that of any device where no change has given it another length', () => {
    fc.assert(
      fc.property(story, (each) => {
        const { due } = storyOf({ ...each, changes: [], lateMs: 0 });
        const coverage = coverageOf(due);
        const [legs] = [[{ fromMs: Number.NEGATIVE_INFINITY, periodMs: each.first }]];
        const all = dueTicks(legs ?? [], options.intervals, endMs);
        const changes = each.changes.map((timeMs, event) => ({ timeMs, event }));
        const [only] = accountOfDevice({
          ...options,
          due: all,
          coverage: new Map([[each.first, coverage]]),
          changes,
        });
        const scheduled = all[0]?.scheduled ?? [];
        expect(only).toEqual({
          periodMs: each.first,
          ...attributeGaps({ ...options, scheduled, coverage, periodMs: each.first, changes }),
        });
      }),
    );
  });
});
