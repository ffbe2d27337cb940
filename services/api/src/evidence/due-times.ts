import type { TickColumns } from '@holdfast/shared/contracts/http/completeness-of-all-http.ts';
import { lowerBound } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Period } from '@holdfast/shared/domain/plant-clock.ts';
import type { CountedDevice } from '../accounting/ticks-by-column.ts';
import type { TimeAsked } from './time-asked.ts';

type Scheduled = Pick<CountedDevice, 'periodMs' | 'scheduled'>;

/** From when to when ticks were due in each period: a session that began at noon owes nothing of the morning. */
export class DueTimes {
  readonly #periods: readonly Period[];
  /** Scheduled time of the first tick of each period, and of the first one that was not due after the last. */
  readonly #due: ({ fromMs: number; toMs: number } | undefined)[] = [];
  /** A tick may be due so long after a period has begun, and a period may end so long after its last tick. */
  #longestMs = 0;

  /** @param time asked for, beyond which nothing was counted */
  constructor(periods: readonly Period[], { from, to }: TimeAsked) {
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

  /** Those of the periods that were not due as a whole. */
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
    const known = this.#due[period];
    this.#due[period] = {
      fromMs: Math.min(known?.fromMs ?? fromMs, fromMs),
      toMs: Math.max(known?.toMs ?? toMs, toMs),
    };
  }
}
