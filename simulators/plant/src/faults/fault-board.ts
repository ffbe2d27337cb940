import { seededRandom, seedOf } from '../seeded-random.ts';
import type { Fault, FaultStatus } from '../simulator.ts';
import { actsOnListener } from './common-faults.ts';
import { FaultCourse } from './fault-course.ts';

/** The faults of one device or endpoint: planned ones of the plant file, and one that was set since, which comes first. */
export class FaultBoard<F extends Fault = Fault> {
  readonly #planned: readonly FaultCourse<F>[];
  readonly #random: () => number;
  #set: FaultCourse<F> | undefined;

  /** @param since ms since 1970, from which the planned faults count */
  constructor(name: string, planned: readonly F[], since: number) {
    this.#random = seededRandom(seedOf(name));
    this.#planned = planned.map((fault) => new FaultCourse(fault, since, this.#random));
  }

  set(fault: F, nowMs: number): void {
    this.#set = new FaultCourse(fault, nowMs, this.#random);
  }

  /** Planned faults stay. */
  clear(): void {
    this.#set = undefined;
  }

  /** The fault that was set, whether it acts now or not; else a planned one that acts now. */
  current(nowMs: number): FaultStatus<F> | undefined {
    const course = this.#set ?? this.#planned.find((each) => each.isActive(nowMs));
    return course && { fault: course.fault, isActive: course.isActive(nowMs) };
  }

  /** The first fault that hits the request that came now. */
  hitting(nowMs: number): F | undefined {
    // The hot path of a sound plant. Nothing is set, nothing is planned.
    if (this.#set === undefined && this.#planned.length === 0) return undefined;
    return this.#courses().find((each) => !actsOnListener(each.fault) && each.hits(nowMs))?.fault;
  }

  /** The first fault that acts on connections now. */
  ofListener(nowMs: number): F | undefined {
    return this.#courses().find((each) => actsOnListener(each.fault) && each.isActive(nowMs))?.fault;
  }

  /** When `ofListener` may change next. */
  nextListenerChangeMs(nowMs: number): number {
    const courses = this.#courses().filter((each) => actsOnListener(each.fault));
    return Math.min(...courses.map((each) => each.nextChangeMs(nowMs)), Number.POSITIVE_INFINITY);
  }

  #courses(): readonly FaultCourse<F>[] {
    return this.#set === undefined ? this.#planned : [this.#set, ...this.#planned];
  }
}
