import { devicePeriodMs, isDue } from '@holdfast/shared/domain/rates/device-rates.ts';
import type { PointSet, Rate } from './point-sets.ts';

/** Finds the points of a device that are due in a tick, as numbers. The sets recur, and are the same arrays each time. */
export class DuePoints {
  readonly periodMs: number;
  readonly #set: PointSet;
  readonly #rates: readonly Rate[];
  /** The points by the rates that are due. */
  readonly #dueByKey: Map<string, readonly number[]>;
  /** Last tick whose due points were all asked for, or belong to another holder. */
  #takenThrough: number | undefined;

  constructor(set: PointSet, taskPeriodMs: number) {
    this.#set = set;
    this.periodMs = devicePeriodMs(taskPeriodMs, set.points);
    const { rates, due } = set.rates(taskPeriodMs);
    this.#rates = rates;
    this.#dueByKey = due;
  }

  /**
   * Notes up to which tick nothing is owed. In ticks that were overrun or refused nothing was requested: points due in
   * them are due in the next tick that is read. So a slow point loses no reading by the bad luck of one tick, and has
   * at most one in each of its periods.
   * @param tick up to which nothing is owed
   */
  takenThrough(tick: number): void {
    this.#takenThrough = tick;
  }

  /** Scheduled time of the last tick taken, in ms since 1970. */
  takenThroughMs(): number | undefined {
    return this.#takenThrough === undefined ? undefined : this.#takenThrough * this.periodMs;
  }

  of(tick: number): readonly number[] {
    if (this.#rates.length === 1) return this.#set.all;
    const key = this.#rates.map(({ periodMs }) => (this.#isDue(tick, periodMs) ? 1 : 0)).join('');
    const cached = this.#dueByKey.get(key);
    if (cached) return cached;
    const due = this.#rates.flatMap(({ points }, index) => (key[index] === '1' ? points : []));
    this.#dueByKey.set(key, due);
    return due;
  }

  /** Whether it is due in this tick, or was in one since the last tick taken. */
  #isDue(tick: number, pointPeriodMs: number): boolean {
    return isDue(tick, this.periodMs, pointPeriodMs, Math.min(this.#takenThrough ?? tick, tick - 1));
  }
}
