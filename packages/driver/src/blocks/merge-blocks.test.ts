import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockPoint } from './block.ts';
import { mergeBlocks } from './merge-blocks.ts';

const areas = ['D', 'M'];
const meaning = { data_type: 'int16', scale: 1, offset: 0 } as const;
const point = (area: string, start: number, count: number, at = 0): BlockPoint<undefined> => ({
  ...{ area, start, count, at },
  point: { ...meaning, code: `p${at}`, address: undefined },
});
const extents = (points: readonly BlockPoint<undefined>[], most: number) =>
  mergeBlocks(points, { areas }, () => most).map(({ area, start, count }) => [area, start, count]);

describe('points are merged into reads', () => {
  it('over what lies between them, as far as a read goes', () => {
    expect(extents([point('D', 100, 2), point('D', 0, 1), point('D', 59, 1)], 60)).toEqual([
      ['D', 0, 60],
      ['D', 100, 2],
    ]);
    expect(extents([point('D', 0, 1), point('D', 60, 1)], 60)).toHaveLength(2);
  });

  it('apart for each area, in the order of the areas', () => {
    expect(extents([point('M', 0, 1), point('D', 1, 1)], 60)).toEqual([
      ['D', 1, 1],
      ['M', 0, 1],
    ]);
  });

  it('and one that is wider than a read is asked for as it is', () => {
    expect(extents([point('D', 0, 5), point('D', 7, 1)], 4)).toEqual([
      ['D', 0, 5],
      ['D', 7, 1],
    ]);
  });

  it('and not over cells that the device refuses', () => {
    const points = [point('D', 0, 1), point('D', 9, 1)];
    const merged = (walls: readonly { area: string; start: number; count: number }[]) =>
      mergeBlocks(points, { areas }, () => 60, walls).length;
    expect([merged([]), merged([point('M', 4, 1)]), merged([point('D', 4, 1)])]).toEqual([1, 1, 2]);
  });
});

const anyPoints = fc
  .array(
    fc.tuple(fc.constantFrom(...areas), fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 1, max: 40 })),
    { maxLength: 60 },
  )
  .map((all) => all.map(([area, start, count], at) => point(area, start, count, at)));

it('each point lies whole in exactly one read, and no read is longer than it may be', () => {
  fc.assert(
    fc.property(anyPoints, fc.integer({ min: 40, max: 960 }), (points, most) => {
      const blocks = mergeBlocks(points, { areas }, () => most);
      const served = blocks.flatMap((block) => block.points);
      expect(served.map(({ at }) => at).sort((a, b) => a - b)).toEqual(points.map(({ at }) => at));
      for (const { area, start, count, points: of } of blocks) {
        expect(count).toBeLessThanOrEqual(most);
        expect(Math.min(...of.map((each) => each.start))).toBe(start);
        expect(Math.max(...of.map((each) => each.start + each.count))).toBe(start + count);
        expect(of.every((each) => each.area === area)).toBe(true);
      }
    }),
    { seed: 20 },
  );
});

it('no fewer reads would do: each begins where the one before could not reach', () => {
  fc.assert(
    fc.property(anyPoints, fc.integer({ min: 40, max: 960 }), (points, most) => {
      const blocks = mergeBlocks(points, { areas }, () => most);
      for (const [index, { area, start, points: of }] of blocks.entries()) {
        const before = blocks[index - 1];
        if (before?.area !== area) continue;
        const first = of[0];
        expect(start + (first?.count ?? 0) - before.start).toBeGreaterThan(most);
      }
    }),
    { seed: 20 },
  );
});
