import type { PointTrend, PointTrends } from '@holdfast/shared/contracts/http/points-http.ts';

type Holes = PointTrends['devices'][number];

/** A point in the form that a chart draws. Times in seconds; null breaks the line. */
export interface Line {
  readonly trend: PointTrend;
  readonly kind: 'number' | 'boolean' | 'text';
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  /** Lowest and highest of each interval, or undefined if every value is there. */
  readonly range:
    | { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] }
    | undefined;
  /** Indices of values that are not to be trusted. */
  readonly uncertainIndexes: readonly number[];
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The line of a point, broken where its device has nothing on record. Values further apart than the period are not
 * necessarily a hole: a point may be read less often than its device, or be sent only when it changes.
 */
export function lineOf(trend: PointTrend, holes: Holes | undefined): Line {
  const kind = kindOf(trend);
  const empty = kind === 'text' ? undefined : spansOf(holes);
  const stepOf = stepsOf(trend);
  const times: number[] = [];
  const values: (number | null)[] = [];
  const low: (number | null)[] = [];
  const high: (number | null)[] = [];
  const uncertainIndexes: number[] = [];
  const isUncertain = new Set(trend.uncertain);
  let before: number | undefined;
  for (const [index, text] of trend.times.entries()) {
    const time = Date.parse(text) / 1_000;
    const breakAt =
      before === undefined ? undefined : breakBetween(before, time, { empty, step: stepOf(before, time) });
    if (breakAt !== undefined) {
      times.push(breakAt);
      values.push(null);
      low.push(null);
      high.push(null);
    }
    if (isUncertain.has(index)) uncertainIndexes.push(times.length);
    times.push(time);
    values.push(numberOf(trend.mean?.[index] ?? trend.last[index]));
    low.push(numberOf(trend.min?.[index] ?? trend.last[index]));
    high.push(numberOf(trend.max?.[index] ?? trend.last[index]));
    before = time;
  }
  const range = trend.interval_seconds === null || kind !== 'number' ? undefined : { low, high };
  return { trend, kind, times, values, range, uncertainIndexes };
}

function kindOf({ last }: PointTrend): Line['kind'] {
  if (last.some((value) => typeof value === 'boolean')) return 'boolean';
  return last.some((value) => typeof value === 'string' && !isDigits(value)) ? 'text' : 'number';
}

/** Whole numbers from 2^53 on come as text. */
function isDigits(text: string): boolean {
  return /^-?\d+$/.test(text);
}

function numberOf(value: number | string | boolean | null | undefined): number | null {
  if (value === null || value === undefined) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** The usual distance of two values of the point in seconds, or undefined if it is unknown. */
function stepsOf({
  periods,
  interval_seconds,
}: PointTrend): (before: number, time: number) => number | undefined {
  const all = periods.map(({ start_time, period_ms }) => ({
    from: Date.parse(start_time) / 1_000,
    seconds: period_ms / 1_000,
  }));
  const [first] = all;
  if (!first) return () => undefined;
  const at = (time: number) => (all.findLast(({ from }) => from <= time) ?? first).seconds;
  // The first value after a change of period may be as far away as the longer of both.
  return (before, time) => Math.max(at(before), at(time), interval_seconds ?? 0);
}

function breakBetween(
  before: number,
  time: number,
  { empty, step }: { empty: readonly Span[] | undefined; step: number | undefined },
): number | undefined {
  // The values follow each other as they should.
  if (step !== undefined && time - before <= step * 1.5) return undefined;
  // Where the holes are unknown, a long silence is taken for one.
  if (empty === undefined)
    return step !== undefined && time - before > step * 2.5 ? (before + time) / 2 : undefined;
  const hole = firstWithin(empty, before, time);
  return hole && Math.max(hole.from, before + (time - before) / 1_000);
}

/** The first of sorted spans that is at least partly between two times. */
function firstWithin(spans: readonly Span[], after: number, before: number): Span | undefined {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle] as Span).to > after) high = middle;
    else low = middle + 1;
  }
  const span = spans[low];
  return span && span.from < before ? span : undefined;
}

/** The spans without data, or undefined if they are unknown. */
function spansOf(holes: Holes | undefined): Span[] | undefined {
  if (!holes?.gaps || !holes.not_read) return undefined;
  return [...holes.gaps, ...holes.not_read]
    .map(({ start_time, end_time }) => ({
      from: Date.parse(start_time) / 1_000,
      to: Date.parse(end_time) / 1_000,
    }))
    .sort((one, other) => one.from - other.from);
}
