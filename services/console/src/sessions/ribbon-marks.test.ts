import { describe, expect, it } from 'vitest';
import { ribbonMarks } from './ribbon-marks.ts';
import type { RibbonKind, RibbonPart } from './ribbon-parts.ts';

const width = 240;
const part = (kind: RibbonKind, from: number, to: number): RibbonPart => ({ kind, from, to });
const marks = (...parts: RibbonPart[]) =>
  ribbonMarks(parts, width).map(({ kind, from, to }) => [kind, Math.round(from), Math.round(to)]);

describe('the marks of a ribbon', () => {
  it('are as long as the parts', () => {
    expect(marks(part('stored', 0, 0.5), part('gap', 0.5, 0.75), part('now', 0.75, 1))).toEqual([
      ['stored', 0, 120],
      ['gap', 120, 180],
      ['now', 180, 240],
    ]);
  });

  it('are seen however short they are', () => {
    expect(marks(part('stored', 0, 1), part('gap', 0.5, 0.5001), part('now', 0.9999, 1))).toEqual([
      ['stored', 0, 240],
      ['gap', 119, 122],
      ['now', 234, 240],
    ]);
  });

  it('show what was stored next to a hole, where all of it lies in one bucket of a day', () => {
    expect(marks(part('stored', 95 / 96, 1), part('gap', 0.994, 0.9941))).toEqual([
      ['stored', 233, 240],
      ['gap', 235, 238],
    ]);
    expect(marks(part('stored', 0, 1 / 96), part('gap', 0, 0.0001))).toEqual([
      ['stored', 0, 7],
      ['gap', 2, 5],
    ]);
    const [bar, hole] = marks(part('stored', 0, 1), part('gap', 0.9999, 1));
    expect([bar, hole]).toEqual([
      ['stored', 0, 240],
      ['gap', 235, 238],
    ]);
  });
});
