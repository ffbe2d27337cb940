import type { TickColumns } from '@holdfast/shared/contracts/http/completeness-of-all-http.ts';
import { lowerBound } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Period } from '@holdfast/shared/domain/plant-clock.ts';
import type { TimeRange } from '../../times/time-range.ts';
import type { CountedDevice } from '../accounting/ticks-by-column.ts';

type Scheduled = Pick<CountedDevice, 'periodMs' | 'scheduled'>;

/** Collects from when to when ticks were due in each period: a session that began at noon owes nothing for the morning. */
export class DueTimes {
  readonly #periods: readonly Period[];
  /** For each period, the scheduled time of its first due tick, and the end of its last one. */
  readonly #due: ({ fromMs: number; toMs: number } | undefined)[] = [];
  /**
   * How long after the beginning of a period its first tick may be due, and how long before its end the last one may be
   * over.
   */
  #longestMs = 0;

  /** @param time the requested time, beyond which nothing was counted */
  constructor(periods: readonly Period[], { from, to }: TimeRange) {
    this.#periods = periods.map(({ fromMs, toMs }) => ({
      fromMs: Math.max(fromMs, from.getTime()),
      toMs: Math.min(toMs, to.getTime()),
    }));
  }

  add(devices: readonly Scheduled[]): void {
    const periods = this.#periods;
    for (const { periodMs, scheduled } of devices) {
      if (scheduled.length > 0) this.#longestMs = Math.max(this.#longestMs, periodMs);
      for (const { from, to } of scheduled) {
        const [beginMs, endMs] = [from * periodMs, (to + 1) * periodMs];
        const first = lowerBound(periods.length, (at) => (periods[at] as Period).toMs > beginMs);
        for (let index = first; index < periods.length; index += 1) {
          const { fromMs, toMs } = periods[index] as Period;
          if (fromMs >= endMs) break;
          this.#widen(index, Math.max(beginMs, fromMs), Math.min(endMs, toMs));
        }
      }
    }
  }

  /** The periods that were not due as a whole. */
  view(): TickColumns['due'] {
    return this.#periods.flatMap(({ fromMs, toMs }, period) => {
      const due = this.#due[period];
      if (!due) return [];
      const isWhole = due.fromMs - fromMs < this.#longestMs && toMs - due.toMs < this.#longestMs;
      if (isWhole) return [];
      return [{ period, from: new Date(due.fromMs).toISOString(), to: new Date(due.toMs).toISOString() }];
    });
  }

  #widen(period: number, fromMs: number, toMs: number): void {
    const before = this.#due[period];
    this.#due[period] = {
      fromMs: Math.min(before?.fromMs ?? fromMs, fromMs),
      toMs: Math.max(before?.toMs ?? toMs, toMs),
    };
  }
}
