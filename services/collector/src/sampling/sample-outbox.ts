import type { Sample } from '@holdfast/shared/contracts/sample.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';

export interface SampleOutboxOptions {
  /** Resolves when the broker has stored it; a repeat of the same sample is harmless. */
  readonly send: (sample: Sample) => Promise<void>;
  readonly isBrokerUp: () => boolean;
  readonly maxWaiting: number;
  readonly maxInFlight?: number;
  readonly timers: Timers;
  readonly log: Logger;
}

interface Waiting {
  readonly order: number;
  readonly sample: Sample;
}

/**
 * Samples on their way to the broker. Polling never waits for it: `push` only queues. What the broker does not
 * confirm is sent again, oldest first, until it does; beyond the bound the oldest go and are counted.
 */
export class SampleOutbox {
  readonly #options: SampleOutboxOptions;
  readonly #maxInFlight: number;
  /** Samples in order; those before `#head` are gone. */
  #queue: Waiting[] = [];
  #head = 0;
  #retry: Waiting[] = [];
  #inFlight = 0;
  #order = 0;
  #dropped = 0;
  #cancelRetry: (() => void) | undefined;
  #emptied: (() => void)[] = [];

  constructor(options: SampleOutboxOptions) {
    this.#options = options;
    // What is in flight cannot be dropped; there must be older ones than the newest that can.
    this.#maxInFlight = Math.max(1, Math.min(options.maxInFlight ?? 256, Math.floor(options.maxWaiting / 2)));
  }

  push(sample: Sample): void {
    this.#order += 1;
    this.#queue.push({ order: this.#order, sample });
    if (this.waiting() > this.#options.maxWaiting) this.#dropOldest();
    this.#pump();
  }

  /** Not yet confirmed, in flight or not. */
  waiting(): number {
    return this.#queue.length - this.#head + this.#retry.length + this.#inFlight;
  }

  dropped(): number {
    return this.#dropped;
  }

  /** The broker is back: what it has not confirmed goes first. */
  resume(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#pump();
  }

  /** Waits until everything is confirmed. @returns how many are not, after the time given */
  async flush(timeoutMs: number): Promise<number> {
    if (this.waiting() === 0) return 0;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.timers.after(timeoutMs, resolve);
      this.#emptied.push(() => {
        cancel();
        resolve();
      });
      this.#pump();
    });
    return this.waiting();
  }

  #pump(): void {
    if (!this.#options.isBrokerUp()) {
      this.#planRetry();
      return;
    }
    while (this.#inFlight < this.#maxInFlight) {
      const next = this.#take();
      if (!next) break;
      this.#inFlight += 1;
      this.#options.send(next.sample).then(
        () => {
          this.#inFlight -= 1;
          this.#settled();
        },
        (error: unknown) => {
          this.#inFlight -= 1;
          this.#retry.push(next);
          this.#options.log.debug({ err: error }, 'a sample was not confirmed and is sent again');
          this.#planRetry();
        },
      );
    }
  }

  #settled(): void {
    if (this.waiting() === 0) {
      for (const emptied of this.#emptied.splice(0)) emptied();
    } else this.#pump();
  }

  #take(): Waiting | undefined {
    if (this.#retry.length > 0 && !this.#cancelRetry) {
      this.#queue = [...this.#retry, ...this.#queue.slice(this.#head)].sort((a, b) => a.order - b.order);
      this.#retry = [];
      this.#head = 0;
    }
    const next = this.#queue[this.#head];
    if (!next) return undefined;
    this.#passHead();
    return next;
  }

  /** What lies before the head is let go now and then: all of it, also when an outage only ever drops. */
  #passHead(): void {
    this.#head += 1;
    if (this.#head > 1_024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  #planRetry(): void {
    this.#cancelRetry ??= this.#options.timers.after(250, () => {
      this.#cancelRetry = undefined;
      if (this.waiting() > 0) this.#pump();
    });
  }

  #dropOldest(): void {
    this.#dropped += 1;
    // What was sent in vain is mostly older than what was never sent; a full buffer is rare enough to look.
    const oldestRetry = this.#retry.reduce<Waiting | undefined>(
      (oldest, waiting) => (oldest && oldest.order < waiting.order ? oldest : waiting),
      undefined,
    );
    const oldestQueued = this.#queue[this.#head];
    if (oldestRetry && (!oldestQueued || oldestRetry.order < oldestQueued.order)) {
      this.#retry.splice(this.#retry.indexOf(oldestRetry), 1);
    } else this.#passHead();
    if (this.#dropped === 1 || this.#dropped % 10_000 === 0) {
      this.#options.log.error(
        { dropped: this.#dropped, limit: this.#options.maxWaiting },
        'the sample buffer is full: the oldest samples are lost. Bring NATS back or raise SAMPLE_BUFFER_MAX',
      );
    }
  }
}
