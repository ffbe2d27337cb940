/** Ticks `from` to `to`, both included. */
export interface TickRange {
  readonly from: number;
  readonly to: number;
}

/** Sorted, disjoint and with holes between: the normal form that every function here takes and gives. */
export type TickRanges = readonly TickRange[];

export function normalise(ranges: Iterable<TickRange>): TickRanges {
  const sorted = [...ranges].filter(({ from, to }) => from <= to).sort((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = merged.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

export function fromTicks(ticks: Iterable<number>): TickRanges {
  return normalise([...ticks].map((tick) => ({ from: tick, to: tick })));
}

export function union(a: TickRanges, b: TickRanges): TickRanges {
  return normalise([...a, ...b]);
}

/** The parts of `a` that are not in `b`. */
export function without(a: TickRanges, b: TickRanges): TickRanges {
  const remaining: TickRange[] = [];
  let index = 0;
  for (const { from, to } of a) {
    let start = from;
    while (index < b.length && (b[index] as TickRange).to < start) index += 1;
    for (let at = index; at < b.length; at += 1) {
      const hole = b[at] as TickRange;
      if (hole.from > to) break;
      if (hole.from > start) remaining.push({ from: start, to: hole.from - 1 });
      start = Math.max(start, hole.to + 1);
    }
    if (start <= to) remaining.push({ from: start, to });
  }
  return remaining;
}

export function intersection(a: TickRanges, b: TickRanges): TickRanges {
  return without(a, without(a, b));
}

export function countTicks(ranges: TickRanges): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** Index of the first range that begins after `tick`; their number when none does. */
export function firstRangeAfter(ranges: TickRanges, tick: number): number {
  return lowerBound(ranges.length, (at) => (ranges[at] as TickRange).from > tick);
}

/** The first index for which `holds` is true, given that it stays true from there on. */
export function lowerBound(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
