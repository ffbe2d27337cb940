import type { RibbonKind, RibbonPart } from './ribbon-parts.ts';

/** A drawn part, in px from the beginning of the ribbon. */
export interface RibbonMark {
  readonly kind: RibbonKind;
  readonly from: number;
  readonly to: number;
}

/** Least widths in px, so that every hole is visible: the text says its true length. */
const least: Readonly<Record<RibbonKind, number>> = {
  ...{ stored: 1, refused: 3, gap: 3, paused: 3, over: 0, 'now-some': 6, now: 6 },
};
/** Px of the bar that stay visible next to a hole: ten minutes with one missing tick are not all hole in a day's ribbon. */
const shoulder = 2;

/** Places the parts of a ribbon of this width. A widened mark stays centred, and within the ribbon. */
export function ribbonMarks(parts: readonly RibbonPart[], width: number): RibbonMark[] {
  const barOf = (part: RibbonPart) =>
    part.kind === 'gap' ? parts.find((bar) => isBar(bar) && isWithin(part, bar)) : undefined;
  const barsWithHoles = new Set(parts.map(barOf));
  const barMark = (bar: RibbonPart) =>
    markOf(bar, width, barsWithHoles.has(bar) ? least.gap + 2 * shoulder : least[bar.kind]);
  return parts.map((part) => {
    if (isBar(part)) return barMark(part);
    const mark = markOf(part, width, least[part.kind]);
    const bar = barOf(part);
    if (bar === undefined) return mark;
    const { from, to } = barMark(bar);
    return moveMark(mark, from + shoulder, to - shoulder);
  });
}

function markOf({ kind, from, to }: RibbonPart, width: number, leastPx: number): RibbonMark {
  const length = Math.max(leastPx, (to - from) * width);
  const start = ((from + to) * width - length) / 2;
  return moveMark({ kind, from: start, to: start + length }, 0, width);
}

/** Moves the mark into these bounds, as far as it has room there. */
function moveMark({ kind, from, to }: RibbonMark, least: number, most: number): RibbonMark {
  const start = Math.max(least, Math.min(most - (to - from), from));
  return { kind, from: start, to: Math.min(most, start + (to - from)) };
}

function isBar({ kind }: RibbonPart): boolean {
  return kind === 'stored' || kind === 'refused';
}

function isWithin(hole: RibbonPart, bar: RibbonPart): boolean {
  return hole.from >= bar.from - 1e-6 && hole.to <= bar.to + 1e-6;
}
