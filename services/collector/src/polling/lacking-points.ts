import type { LackCause, LackedPoints, Lacking } from '@holdfast/shared/contracts/sample/lacking.ts';
import type { MissCause } from '@holdfast/shared/contracts/sample/sample.ts';
import { devicePeriodMs } from '@holdfast/shared/domain/rates/device-rates.ts';
import type { ReadValues } from '../samples/read-values.ts';
import { type LackedPoint, type LackedTogether, LackingSets } from './lacking-sets.ts';
import type { PointSet } from './point-sets.ts';

/**
 * How often the points of a set are reported again: the message may have been lost, and without them a set's name says
 * nothing.
 */
const toldAgainAfterMs = 60_000;

interface Unread {
  readonly cause: LackCause;
  /** Number of the point's own period. */
  readonly period: number;
}

const noneUnread = new Map<number, Unread>();

/**
 * Reports for each tick which due points have no value in it. A point that is read less often than its device is due in
 * one tick of its period. Where it was not read then, all ticks lack it until the period is over or it is read after
 * all. One rule is therefore enough for whoever counts: the value is there when any tick of the period does not lack
 * it.
 */
export class LackingPoints {
  readonly #set: PointSet;
  readonly #taskPeriodMs: number;
  readonly #periodMs: number;
  readonly #hasSlow: boolean;
  /** Points with a longer period than the device's that have no value yet in their present period. */
  #unread: Map<number, Unread> | undefined;
  /** Number of values for each list of due points; the lists recur. */
  #values: Map<readonly number[], number> | undefined;
  readonly #sets = new LackingSets((lacked) => this.#listOf(lacked));
  #last:
    | {
        readonly points: readonly number[];
        readonly causes: readonly LackCause[];
        readonly sets: readonly LackedTogether[];
        readonly names: Lacking;
      }
    | undefined;
  #lastTick = -1;

  constructor(set: PointSet, taskPeriodMs: number) {
    this.#set = set;
    this.#taskPeriodMs = taskPeriodMs;
    this.#periodMs = devicePeriodMs(taskPeriodMs, set.points);
    this.#hasSlow = set.rates(taskPeriodMs).rates.length > 1;
  }

  /**
   * Call it once for each tick in which the device was asked, in order. For an earlier tick than the last, which a
   * given-up reader has finished after all, it returns nothing: that tick is not sent.
   * @param due numbers of the points that were asked for
   * @param missCause of the tick; a tick with a miss and without any value is not stored, and lacks all points
   */
  of(
    tick: number,
    due: readonly number[],
    readings: ReadValues,
    missCause: MissCause | undefined,
  ): Lacking | undefined {
    if (tick <= this.#lastTick) return undefined;
    this.#lastTick = tick;
    if (this.#hasSlow) this.#beginPeriods(tick);
    const unread = this.#unread ?? noneUnread;
    const points: number[] = [];
    const causes: LackCause[] = [];
    if (readings.lost === undefined && readings.readCount >= this.#valuesOf(due)) {
      if (unread.size === 0) return undefined;
      for (const point of due) unread.delete(point);
    } else {
      this.#findUnread(tick, due, readings, missCause, { points, causes });
      if (readings.readCount === 0 && missCause !== undefined) return undefined;
    }
    if (unread.size > 0) {
      const isDue = new Set(due);
      for (const [point, { cause }] of unread) {
        if (isDue.has(point)) continue;
        points.push(point);
        causes.push(cause);
      }
    }
    return points.length === 0 ? undefined : this.#report(points, causes, tick * this.#periodMs);
  }

  #findUnread(
    tick: number,
    due: readonly number[],
    readings: ReadValues,
    missCause: MissCause | undefined,
    unread: { readonly points: number[]; readonly causes: LackCause[] },
  ): void {
    const lost = new Map(readings.lost?.map(({ at, cause }) => [at, cause]));
    for (const point of due) {
      const at = this.#firstUnread(point, readings);
      if (at === undefined) {
        this.#unread?.delete(point);
        continue;
      }
      const cause = lost.get(at) ?? lackCauseOf(missCause);
      unread.points.push(point);
      unread.causes.push(cause);
      if (this.#periodOf(point) > this.#periodMs) this.#keep(point, cause, tick);
    }
  }

  /** Place of the point's first missing value: an array needs all of them. */
  #firstUnread(point: number, readings: ReadValues): number | undefined {
    const { list } = this.#set;
    const end = list.firstOf(point + 1);
    for (let at = list.firstOf(point); at < end; at += 1) if (!readings.isRead(at)) return at;
    return undefined;
  }

  #valuesOf(due: readonly number[]): number {
    const { list, all } = this.#set;
    if (due === all) return list.codes.length;
    this.#values ??= new Map();
    const cached = this.#values.get(due);
    if (cached !== undefined) return cached;
    const values = due.reduce((sum, point) => sum + list.firstOf(point + 1) - list.firstOf(point), 0);
    this.#values.set(due, values);
    return values;
  }

  /** A reader that begins in the middle of a point's period does not know whether the point was read before. */
  #beginPeriods(tick: number): void {
    if (!this.#unread) {
      for (const point of this.#set.all) {
        if (this.#periodOf(point) > this.#periodMs) this.#keep(point, 'not_read', tick);
      }
      return;
    }
    for (const [point, { period }] of this.#unread) {
      if (this.#numberOfPeriod(point, tick) !== period) this.#unread.delete(point);
    }
  }

  #keep(point: number, cause: LackCause, tick: number): void {
    this.#unread ??= new Map();
    this.#unread.set(point, { cause, period: this.#numberOfPeriod(point, tick) });
  }

  #numberOfPeriod(point: number, tick: number): number {
    return Math.floor((tick * this.#periodMs) / this.#periodOf(point));
  }

  #periodOf(point: number): number {
    return this.#set.points[point]?.period_ms ?? this.#taskPeriodMs;
  }

  #report(points: readonly number[], causes: readonly LackCause[], timeMs: number): Lacking {
    if (!this.#last || !areAlike(this.#last.points, points) || !areAlike(this.#last.causes, causes)) {
      const sets = this.#sets.of(points.map((point, at) => ({ point, cause: causes[at] as LackCause })));
      this.#last = { points, causes, sets, names: sets.map(({ setWithPoints: { set } }) => ({ set })) };
    }
    const { sets, names } = this.#last;
    const isToBeTold = ({ toldMs }: LackedTogether) => timeMs - toldMs >= toldAgainAfterMs;
    if (!sets.some(isToBeTold)) return names;
    return sets.map((each) => {
      if (!isToBeTold(each)) return { set: each.setWithPoints.set };
      each.toldMs = timeMs;
      return each.setWithPoints;
    });
  }

  /** Puts the points into a fixed order, so that the same points have the same name. */
  #listOf(lacked: readonly LackedPoint[]): LackedPoints[] {
    const byKind = Map.groupBy(lacked, ({ point, cause }) => `${cause} ${this.#periodOf(point)}`);
    return [...byKind]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, [first, ...others]]) => {
        const { point, cause } = first as LackedPoint;
        const points = [point, ...others.map((other) => other.point)].sort((one, other) => one - other);
        const codes = points.map((each) => this.#set.points[each]?.code ?? '');
        return { cause, period_ms: this.#periodOf(point), codes };
      });
  }
}

/** The cause that a tick's miss gives to its single points. */
export function lackCauseOf(cause: MissCause | undefined): LackCause {
  return cause === 'timeout' || cause === 'connection' || cause === 'exception' ? cause : 'not_read';
}

function areAlike<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}
