import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
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
 * The ticks that fell out of the full buffer, as samples that say so: one notice for consecutive ticks of a device
 * under one epoch. A notice given out for sending no longer grows: the sent one must equal the kept one.
 *
 * A sample that may have been stored without our knowing has a notice of its own, under its own message id: the stream
 * takes only the first of the two, so no tick is both stored and declared lost.
 */
export class LostTicks {
  readonly #open = new Map<string, Sample>();
  #frozen: LostNotice[] = [];
  /** Notices that were given out and are not settled. */
  readonly #sending = new Set<LostNotice>();

  /** Takes over notices that a predecessor left and may already have sent. */
  adopt(notices: readonly SpooledNotice[]): void {
    this.#frozen.unshift(...notices.map(adopted));
  }

  /** @param doubt set when the sample was sent before it was lost */
  add(sample: Sample, doubt?: Doubt): void {
    if (doubt) {
      this.#frozen.push({ sample: lossOf(sample), doubt });
      return;
    }
    // The period is part of the key: ticks of another length have other numbers.
    const key = `${sample.session}/${sample.epoch}/${sample.device_id}/${sample.period_ms}`;
    const last = sample.through_tick ?? sample.tick;
    const present = this.#open.get(key);
    if (present) {
      const end = present.through_tick ?? present.tick;
      // Parts of a tick are lost one after the other. Older ticks may come after newer ones: from a write that failed.
      if (sample.tick >= present.tick && last <= end) return;
      if (sample.tick === end + 1) {
        this.#open.set(key, { ...present, through_tick: last, read_at: sample.read_at });
        return;
      }
      this.#frozen.push({ sample: present });
    }
    this.#open.set(key, { ...lossOf(sample), through_tick: last });
  }

  /** Number of notices that are not settled, given out or not. */
  count(): number {
    return this.#open.size + this.#frozen.length + this.#sending.size;
  }

  /** The next notice to send, which no longer changes. */
  take(): LostNotice | undefined {
    if (this.#frozen.length === 0) {
      // Checked because this is called before each sample, and clearing an empty map makes a new one.
      if (this.#open.size === 0) return undefined;
      this.#frozen = [...this.#open.values()].map((sample) => ({ sample }));
      this.#open.clear();
    }
    const next = this.#frozen.shift();
    if (next) this.#sending.add(next);
    return next;
  }

  /** Call it when the broker has the notice. */
  settle(notice: LostNotice): void {
    this.#sending.delete(notice);
  }

  /** All notices that are not settled, to be kept for a successor. */
  all(): LostNotice[] {
    return [...this.#sending, ...this.#frozen, ...[...this.#open.values()].map((sample) => ({ sample }))];
  }
}

function lossOf(sample: Sample): Sample {
  return missOf(sample, {
    cause: 'buffer_full',
    detail: collectorText('buffer_was_full'),
  });
}

function adopted({ sample, maybeStoredAfter }: SpooledNotice): LostNotice {
  if (maybeStoredAfter === undefined) return { sample };
  // How long ago it was is unknown: the stream may have forgotten its id.
  const since = { wallMs: Number.NEGATIVE_INFINITY, monotonicMs: Number.NEGATIVE_INFINITY };
  return { sample, doubt: { since, afterSequence: maybeStoredAfter } };
}
