import type { Gap } from './attribute-gaps.ts';
import {
  countTicks,
  intersection,
  normalise,
  type TickRange,
  type TickRanges,
  without,
} from './tick-ranges.ts';

/** Points of a device that are read equally often. */
export interface PointRate {
  /** Their own period, no shorter than the device's. */
  readonly periodMs: number;
  readonly points: number;
}

/** The ticks in which a device was to be read by one version of the configuration. */
export interface RatedTicks {
  readonly scheduled: TickRanges;
  /** Undefined if it is unknown how many points this version has. */
  readonly rates: readonly PointRate[] | undefined;
}

/** Ticks that have no value of these points. */
export interface LackedTicks {
  readonly ticks: TickRanges;
  readonly points: readonly {
    readonly cause: string;
    readonly period_ms: number;
    readonly codes: readonly string[];
  }[];
}

export interface ValuesOptions {
  /** Length of the device's ticks. */
  readonly periodMs: number;
  /** By version, oldest first. */
  readonly legs: readonly RatedTicks[];
  /** The values that are due in these ticks count. */
  readonly window: TickRanges;
  /** The device's account, also beyond the window: a value may come in a later tick of its point's period. */
  readonly stored: TickRanges;
  readonly quarantined: TickRanges;
  readonly gaps: readonly Gap[];
  readonly lacking: readonly LackedTicks[];
  /** Stored ticks for which it is unknown what they lack. */
  readonly untold: TickRanges;
}

export interface ValueCounts {
  readonly expected: number;
  readonly delivered: number;
  /** Values that were not delivered, by the cause of their tick, or of their point in a tick that has others. */
  readonly byCause: Readonly<Record<string, number>>;
}

/** Counts of a point without a value in some stored tick of the window, or of a period that begins in it. */
export interface PointCounts extends ValueCounts {
  readonly code: string;
}

/** A point that gave nothing although its device gave other values: in no period, or in none since a change of configuration. */
export interface UndeliveredPoint {
  readonly code: string;
  /** Scheduled time, in ms since 1970, of the first value within the window that did not come. */
  readonly sinceMs: number;
  /** The latest cause. */
  readonly cause: string;
}

export interface DeviceValues extends ValueCounts {
  readonly points: readonly PointCounts[];
  readonly neverDelivered: readonly UndeliveredPoint[];
}

/**
 * Counts what the points of a device were to give and gave: one value in each period of a point, due in the first tick
 * that begins in it. The value is there when a stored tick of the period does not lack the point.
 * @returns undefined if that is not known for a stored tick
 */
export function deviceValues(options: ValuesOptions): DeviceValues | undefined {
  const { legs, window, untold } = options;
  const storedTicks = intersection(options.stored, reachOf(options));
  const sum = newCounts();
  const byPoint = new Map<string, MutableCounts>();
  let never = new Map<string, UndeliveredPoint>();
  for (const [index, leg] of legs.entries()) {
    const due = intersection(leg.scheduled, window);
    // Until a version has its first tick, it is unknown which points it has kept.
    if (due.length === 0 && !haveAsMany(leg.rates, legs[index - 1]?.rates)) never = new Map();
    if (due.length === 0) continue;
    if (!leg.rates || intersection(intersection(storedTicks, due), untold).length > 0) return undefined;
    const { lacked, isSound } = lackedPoints(leg, storedTicks, options.lacking);
    if (!isSound) return undefined;
    const tallies = new Map<string, Tally>();
    const tallyOf = (periodMs: number, { key, byCause }: Pick<LackedPoint, 'key' | 'byCause'>): Tally => {
      const cached = tallies.get(`${periodMs} ${key}`);
      if (cached) return cached;
      const created = tally(periodMs, {
        ...options,
        stored: storedTicks,
        due,
        scheduled: leg.scheduled,
        lacked: byCause,
      });
      tallies.set(`${periodMs} ${key}`, created);
      return created;
    };
    for (const { periodMs, points } of leg.rates) {
      const whole = points - lacked.filter((point) => point.periodMs === periodMs).length;
      add(sum, tallyOf(periodMs, { key: '', byCause: new Map() }), whole);
    }
    const neverBefore = never;
    never = new Map();
    for (const point of lacked) {
      const counts = tallyOf(point.periodMs, point);
      add(sum, counts, 1);
      const ofPoint = byPoint.get(point.code) ?? newCounts();
      byPoint.set(point.code, ofPoint);
      add(ofPoint, counts, 1);
      const before = neverBefore.get(point.code);
      const sinceMs = before?.sinceMs ?? counts.firstMs;
      const cause = latestCause(point, due);
      if (counts.delivered > 0 || sinceMs === undefined || cause === undefined) continue;
      never.set(point.code, { code: point.code, sinceMs, cause });
    }
  }
  const points = [...byPoint].map(([code, counts]) => ({ code, ...counts })).sort(byCode);
  return { ...sum, points, neverDelivered: [...never.values()].sort(byCode) };
}

function haveAsMany(some: RatedTicks['rates'], others: RatedTicks['rates']): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

function byCode(one: { readonly code: string }, other: { readonly code: string }): number {
  return one.code < other.code ? -1 : 1;
}

interface MutableCounts {
  expected: number;
  delivered: number;
  byCause: Record<string, number>;
}

interface Tally extends ValueCounts {
  /** Scheduled time of the first value that did not come. */
  readonly firstMs: number | undefined;
}

interface LackedPoint {
  readonly code: string;
  readonly periodMs: number;
  /** The same for points that are lacking in the same ticks for the same causes. */
  readonly key: string;
  readonly byCause: ReadonlyMap<string, TickRanges>;
}

function newCounts(): MutableCounts {
  return { expected: 0, delivered: 0, byCause: {} };
}

function add(into: MutableCounts, { expected, delivered, byCause }: ValueCounts, times: number): void {
  into.expected += expected * times;
  into.delivered += delivered * times;
  for (const [cause, values] of Object.entries(byCause)) {
    if (times > 0) into.byCause[cause] = (into.byCause[cause] ?? 0) + values * times;
  }
}

/** The ticks on which the values due in the window depend: the window, and the longest period that begins at its end. */
function reachOf({ legs, window, periodMs }: ValuesOptions): TickRanges {
  const slowestMs = Math.max(
    ...legs.flatMap(({ rates = [] }) => rates.map((rate) => rate.periodMs)),
    periodMs,
  );
  return normalise(window.map(({ from, to }) => ({ from, to: to + Math.ceil(slowestMs / periodMs) })));
}

/** `isSound`: the version has as many points of these periods as are lacked. */
function lackedPoints(
  { scheduled, rates = [] }: RatedTicks,
  storedTicks: TickRanges,
  lacking: readonly LackedTicks[],
): { readonly lacked: LackedPoint[]; readonly isSound: boolean } {
  interface LacksOfPoint {
    readonly periodMs: number;
    key: string;
    readonly lists: { readonly cause: string; readonly ticks: TickRanges }[];
  }
  const points = new Map<string, LacksOfPoint>();
  const ticksRead = intersection(storedTicks, scheduled);
  lacking.forEach(({ ticks, points: lists }, index) => {
    const there = intersection(ticks, ticksRead);
    if (there.length === 0) return;
    for (const { cause, period_ms: periodMs, codes } of lists) {
      for (const code of codes) {
        const point = points.get(code) ?? { periodMs, key: '', lists: [] };
        points.set(code, point);
        point.key += `${index} ${cause},`;
        point.lists.push({ cause, ticks: there });
      }
    }
  });
  const byKey = new Map<string, LackedPoint['byCause']>();
  const lacked = [...points].map(([code, { periodMs, key, lists }]) => {
    const byCause = byKey.get(key) ?? ticksByCause(lists);
    byKey.set(key, byCause);
    return { code, periodMs, key, byCause };
  });
  const remaining = new Map(rates.map((rate) => [rate.periodMs, rate.points]));
  for (const { periodMs } of lacked) remaining.set(periodMs, (remaining.get(periodMs) ?? 0) - 1);
  return { lacked, isSound: [...remaining.values()].every((count) => count >= 0) };
}

/** Sorts once for each cause: a flaky device has many lists. */
function ticksByCause(
  lists: readonly { readonly cause: string; readonly ticks: TickRanges }[],
): Map<string, TickRanges> {
  const ofCauses = Map.groupBy(lists, ({ cause }) => cause);
  return new Map([...ofCauses].map(([cause, of]) => [cause, normalise(of.flatMap(({ ticks }) => ticks))]));
}

/** Counts for one point, in periods of its own. */
function tally(
  pointPeriodMs: number,
  {
    periodMs,
    due,
    scheduled,
    stored,
    quarantined,
    gaps,
    lacked,
  }: Omit<ValuesOptions, 'legs' | 'window' | 'lacking' | 'untold'> & {
    readonly due: TickRanges;
    readonly scheduled: TickRanges;
    readonly lacked: ReadonlyMap<string, TickRanges>;
  },
): Tally {
  const numberAt = (tick: number) => Math.floor((tick * periodMs) / pointPeriodMs);
  /** Periods that have any of these ticks. */
  const touched = (ticks: TickRanges) =>
    normalise(ticks.map(({ from, to }) => ({ from: numberAt(from), to: numberAt(to) })));
  /** Periods whose value is due in one of these ticks. */
  const begun = (ticks: readonly TickRange[]) =>
    normalise(ticks.map(({ from, to }) => ({ from: numberAt(from - 1) + 1, to: numberAt(to) })));
  const expected = begun(due);
  let givenTicks = intersection(stored, scheduled);
  for (const ticks of lacked.values()) givenTicks = without(givenTicks, ticks);
  const delivered = intersection(expected, touched(givenTicks));
  let open = without(expected, delivered);
  const [first] = open;
  const byCause: Record<string, number> = {};
  const put = (cause: string, ticks: readonly TickRange[]) => {
    const lackedTicks = intersection(open, begun(ticks));
    if (lackedTicks.length === 0) return;
    byCause[cause] = (byCause[cause] ?? 0) + countTicks(lackedTicks);
    open = without(open, lackedTicks);
  };
  for (const [cause, ticks] of lacked) put(cause, ticks);
  put('quarantined', quarantined);
  for (const [cause, ticks] of Map.groupBy(gaps, (gap) => gap.cause)) put(cause, ticks);
  return {
    expected: countTicks(expected),
    delivered: countTicks(delivered),
    byCause,
    firstMs: first && Math.ceil((first.from * pointPeriodMs) / periodMs) * periodMs,
  };
}

/** The cause for which the point is lacked in the latest of these ticks, or undefined if it is lacked in none. */
function latestCause({ byCause }: LackedPoint, due: TickRanges): string | undefined {
  let latest: { readonly cause: string; readonly tick: number } | undefined;
  for (const [cause, ticks] of byCause) {
    const tick = intersection(ticks, due).at(-1)?.to;
    if (tick !== undefined && tick > (latest?.tick ?? -1)) latest = { cause, tick };
  }
  return latest?.cause;
}
