import type { LackCause } from '@holdfast/shared/contracts/sample/lacking.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LackedPoint, LackingSets } from './lacking-sets.ts';

const points = 12;
const causes = ['timeout', 'exception'] as const satisfies LackCause[];
const lacked = fc
  .uniqueArray(fc.record({ point: fc.nat(points - 1), cause: fc.constantFrom(...causes) }), {
    selector: ({ point }) => point,
    minLength: 1,
  })
  .map((all) => all.sort((one, other) => one.point - other.point));
const newSets = () =>
  new LackingSets((of) =>
    of.map(({ point, cause }) => ({ cause, period_ms: 1_000, codes: [String(point)] })),
  );

describe('the sets of points that ticks lack', () => {
  it('are together what each tick lacks, each point once, and few', () => {
    fc.assert(
      fc.property(fc.array(lacked, { minLength: 1, maxLength: 60, size: 'max' }), (ticks) => {
        const sets = newSets();
        const names = new Set<string>();
        const byNumber = (some: readonly LackedPoint[]) =>
          [...some].sort((one, other) => one.point - other.point);
        for (const tick of ticks) {
          const parts = sets.of(tick);
          expect(byNumber(parts.flatMap((set) => set.lacked))).toEqual(tick);
          for (const { setWithPoints } of parts) names.add(setWithPoints.set);
          expect(sets.of(tick)).toEqual(parts);
        }
        expect(names.size).toBeLessThan(2 * points * causes.length);
      }),
      { numRuns: 30 },
    );
  });

  it('are the requests that fail, however they do together', () => {
    const requestOf = (request: number): LackedPoint[] =>
      Array.from({ length: 10 }, (_, index) => ({ point: 10 * request + index, cause: 'timeout' }));
    fc.assert(
      fc.property(fc.array(fc.subarray([0, 1, 2, 3], { minLength: 1 }), { maxLength: 20 }), (ticks) => {
        const sets = newSets();
        for (const requests of [...ticks, [0], [1], [2], [3]]) sets.of(requests.flatMap(requestOf));
        const all = sets.of([0, 1, 2, 3].flatMap(requestOf));
        expect(all.map((set) => set.lacked)).toEqual([0, 1, 2, 3].map(requestOf));
      }),
    );
  });
});
