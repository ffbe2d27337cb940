import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceLeg, dueTicks } from './due-ticks.ts';
import { type RunningInterval, scheduledTicks } from './schedule.ts';

const periods = [100, 200, 300, 500, 1_000] as const;
const legs: fc.Arbitrary<DeviceLeg[]> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 9_900 }), fc.constantFrom(undefined, ...periods)), {
    minLength: 1,
    maxLength: 5,
  })
  .map((all) =>
    all
      .sort(([one], [other]) => one - other)
      .filter(([fromMs], index) => fromMs !== all[index + 1]?.[0])
      .map(([fromMs, periodMs], index) => ({
        fromMs: index === 0 ? Number.NEGATIVE_INFINITY : fromMs,
        periodMs,
      })),
  );
const intervals: fc.Arbitrary<RunningInterval[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 6 })
  .map((times) => {
    const sorted = times.toSorted((one, other) => one - other);
    return sorted.flatMap((fromMs, index) => (index % 2 === 0 ? [{ fromMs, toMs: sorted[index + 1] }] : []));
  });

/** Millisecond by millisecond: who runs at that moment, and by which leg. */
function bruteTicks(all: readonly DeviceLeg[], running: readonly RunningInterval[], nowMs: number): string[] {
  const problems = new Set<string>();
  const legAt = (ms: number) => all.findLast(({ fromMs }) => fromMs <= ms);
  let latestMs = Number.NEGATIVE_INFINITY;
  const due = (ms: number, periodMs: number) => {
    problems.add(`${periodMs}: ${ms / periodMs}`);
    latestMs = ms;
  };
  for (const { fromMs, toMs = nowMs } of running) {
    const endMs = Math.min(toMs, nowMs);
    const first = legAt(fromMs)?.periodMs;
    const begunMs = fromMs - (fromMs % (first ?? 1));
    // A tick that began before the last tick of another length is no longer due.
    if (first !== undefined && fromMs < endMs && begunMs > latestMs) due(begunMs, first);
    for (let ms = fromMs; ms < endMs; ms += 1) {
      const periodMs = legAt(ms)?.periodMs;
      if (periodMs !== undefined && ms % periodMs === 0) due(ms, periodMs);
    }
  }
  return [...problems].sort();
}

describe('the ticks of a device whose configuration changes', () => {
  it('are those of a walk through time', () => {
    fc.assert(
      fc.property(legs, intervals, fc.integer({ min: 0, max: 11_000 }), (all, running, nowMs) => {
        const begun = running.filter(({ fromMs }) => fromMs < nowMs);
        const due = dueTicks(all, begun, nowMs).flatMap(({ periodMs, scheduled }) =>
          scheduled.flatMap(({ from, to }) =>
            Array.from({ length: to - from + 1 }, (_, index) => `${periodMs}: ${from + index}`),
          ),
        );
        expect(due.sort()).toEqual(bruteTicks(all, begun, nowMs));
      }),
    );
  });

  it('are those of any session where nothing was changed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...periods),
        intervals,
        fc.integer({ max: 11_000 }),
        (periodMs, running, nowMs) => {
          const [due] = dueTicks([{ fromMs: Number.NEGATIVE_INFINITY, periodMs }], running, nowMs);
          expect(due?.scheduled ?? []).toEqual(scheduledTicks(running, periodMs, nowMs));
        },
      ),
    );
  });
});
