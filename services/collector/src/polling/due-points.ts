import { devicePeriodMs, isDue } from '@holdfast/shared/domain/rates/device-rates.ts';
import type { PointSet, Rate } from './point-sets.ts';

/** The points of a device that are due in a tick, as numbers. Sets of them recur, and are the same arrays each time. */
export class DuePoints {
  readonly periodMs: number;
  readonly #set: PointSet;
  readonly #rates: readonly Rate[];
  /** By which rates are due. */
  readonly #known: Map<string, readonly number[]>;
  /** Last tick of which all due points were asked for, or belong to another holder. */
  #takenThrough: number | undefined;

  constructor(set: PointSet, taskPeriodMs: number) {
    this.#set = set;
    this.periodMs = devicePeriodMs(taskPeriodMs, set.points);
    const { rates, due } = set.rates(taskPeriodMs);
    this.#rates = rates;
    this.#known = due;
  }

  /**
   * Nothing was asked for in ticks that were overrun or refused: what was due in one of them is due in the next one that is
   * read, so that a slow point loses no reading by the bad luck of one tick, and has one in each of its periods at most.
   * @param tick up to which nothing is owed
   */
  takenThrough(tick: number): void {
    this.#takenThrough = tick;
  }

  /** Scheduled time of that tick, in ms since 1970. */
  takenThroughMs(): number | undefined {
    return this.#takenThrough === undefined ? undefined : this.#takenThrough * this.periodMs;
  }

  of(tick: number): readonly number[] {
    if (this.#rates.length === 1) return this.#set.all;
    const key = this.#rates.map(({ periodMs }) => (this.#isDue(tick, periodMs) ? 1 : 0)).join('');
    const known = this.#known.get(key);
    if (known) return known;
    const due = this.#rates.flatMap(({ points }, index) => (key[index] === '1' ? points : []));
    this.#known.set(key, due);
    return due;
  }

  /** Now, or in a tick since the last one that was taken. */
  #isDue(tick: number, pointPeriodMs: number): boolean {
    return isDue(tick, this.periodMs, pointPeriodMs, Math.min(this.#takenThrough ?? tick, tick - 1));
  }
}
