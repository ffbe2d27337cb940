import type { Sample } from '@holdfast/shared/contracts/sample.ts';

/**
 * What fell out of the full buffer, as samples that say so: one notice for consecutive ticks of a device under
 * one epoch. A notice that was given out for sending does not grow any more: what was sent must be what is kept.
 */
export class LostTicks {
  readonly #open = new Map<string, Sample>();
  #frozen: Sample[] = [];
  /** Given out and not settled. */
  readonly #sending = new Set<Sample>();

  /** Takes over notices that a predecessor left; it may have sent them already. */
  adopt(left: readonly Sample[]): void {
    this.#frozen.unshift(...left);
  }

  add(sample: Sample): void {
    const key = `${sample.session}/${sample.epoch}/${sample.device_id}`;
    const last = sample.through_tick ?? sample.tick;
    const known = this.#open.get(key);
    if (known) {
      const end = known.through_tick ?? known.tick;
      if (last <= end) return;
      if (sample.tick === end + 1) {
        this.#open.set(key, { ...known, through_tick: last, read_at: sample.read_at });
        return;
      }
      this.#frozen.push(known);
    }
    const { values: _values, miss: _miss, ...about } = sample;
    this.#open.set(key, {
      ...about,
      through_tick: last,
      miss: {
        cause: 'buffer_full',
        detail: 'the broker did not take samples for longer than the buffer of the collector could hold',
      },
    });
  }

  /** Notices that are not settled, given out or not. */
  count(): number {
    return this.#open.size + this.#frozen.length + this.#sending.size;
  }

  /** The next notice to send, which then stays as it is. */
  take(): Sample | undefined {
    if (this.#frozen.length === 0) {
      this.#frozen = [...this.#open.values()];
      this.#open.clear();
    }
    const next = this.#frozen.shift();
    if (next) this.#sending.add(next);
    return next;
  }

  /** The broker has it. */
  settle(notice: Sample): void {
    this.#sending.delete(notice);
  }

  /** All that is not settled, to be kept for a successor. */
  all(): Sample[] {
    return [...this.#sending, ...this.#frozen, ...this.#open.values()];
  }
}
