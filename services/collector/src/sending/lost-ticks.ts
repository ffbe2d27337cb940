import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Doubt } from './doubt.ts';
import { missOf } from './miss-of.ts';
import type { SpooledNotice } from './spool.ts';

/** A notice that ticks were lost. */
export interface LostNotice {
  readonly sample: Sample;
  /** Doubt of a sample that was sent before it was given up. */
  readonly doubt?: Doubt;
}

/**
 * The ticks that fell out of the full buffer, as samples that say so: one notice for consecutive ticks of a device under
 * one epoch. A notice that was given out for sending does not grow any more: what was sent must be what is kept.
 *
 * A sample that may have been stored without our knowing has a notice of its own, under its own message id: of the
 * two the stream takes the first alone, so that no tick is both stored and declared lost.
 */
export class LostTicks {
  readonly #open = new Map<string, Sample>();
  #frozen: LostNotice[] = [];
  /** Given out and not settled. */
  readonly #sending = new Set<LostNotice>();

  /** Takes over notices that a predecessor left; it may have sent them already. */
  adopt(left: readonly SpooledNotice[]): void {
    this.#frozen.unshift(...left.map(adopted));
  }

  /** @param doubt when it was sent before it was lost */
  add(sample: Sample, doubt?: Doubt): void {
    if (doubt) {
      this.#frozen.push({ sample: lossOf(sample), doubt });
      return;
    }
    // Ticks of another length have other numbers.
    const key = `${sample.session}/${sample.epoch}/${sample.device_id}/${sample.period_ms}`;
    const last = sample.through_tick ?? sample.tick;
    const known = this.#open.get(key);
    if (known) {
      const end = known.through_tick ?? known.tick;
      if (last <= end) return;
      if (sample.tick === end + 1) {
        this.#open.set(key, { ...known, through_tick: last, read_at: sample.read_at });
        return;
      }
      this.#frozen.push({ sample: known });
    }
    this.#open.set(key, { ...lossOf(sample), through_tick: last });
  }

  /** Notices that are not settled, given out or not. */
  count(): number {
    return this.#open.size + this.#frozen.length + this.#sending.size;
  }

  /** The next notice to send, which then stays as it is. */
  take(): LostNotice | undefined {
    if (this.#frozen.length === 0) {
      // Asked before each sample, and clearing an empty map makes another one.
      if (this.#open.size === 0) return undefined;
      this.#frozen = [...this.#open.values()].map((sample) => ({ sample }));
      this.#open.clear();
    }
    const next = this.#frozen.shift();
    if (next) this.#sending.add(next);
    return next;
  }

  /** The broker has it. */
  settle(notice: LostNotice): void {
    this.#sending.delete(notice);
  }

  /** All that is not settled, to be kept for a successor. */
  all(): LostNotice[] {
    return [...this.#sending, ...this.#frozen, ...[...this.#open.values()].map((sample) => ({ sample }))];
  }
}

function lossOf(sample: Sample): Sample {
  return missOf(sample, {
    cause: 'buffer_full',
    detail: 'the broker did not take samples for longer than the buffer of the collector could hold',
  });
}

function adopted({ sample, maybeStoredAfter }: SpooledNotice): LostNotice {
  if (maybeStoredAfter === undefined) return { sample };
  // Nobody knows how long ago: the stream may have forgotten its id.
  const since = { wallMs: Number.NEGATIVE_INFINITY, monotonicMs: Number.NEGATIVE_INFINITY };
  return { sample, doubt: { since, afterSequence: maybeStoredAfter } };
}
