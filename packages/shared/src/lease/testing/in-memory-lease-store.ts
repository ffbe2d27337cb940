import type { FakeProcess, FakeTime } from '../../runtime/testing/fake-time.ts';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from '../lease-store.ts';

/** The bucket as the broker has it, seen by everybody at once. */
export class LeaseBucket {
  readonly #records = new Map<string, LeaseRecord>();
  readonly #watchers = new Set<(record: LeaseRecord) => void>();
  #revision = 0;

  read(key: string): LeaseRecord | undefined {
    return this.#records.get(key);
  }

  list(): LeaseRecord[] {
    return [...this.#records.values()];
  }

  write(key: string, value: string, expectedRevision: number): number {
    if ((this.#records.get(key)?.revision ?? 0) !== expectedRevision) {
      throw new LeaseConflict(`${key} was written by another process`);
    }
    this.#revision += 1;
    const record = { key, value, revision: this.#revision };
    this.#records.set(key, record);
    for (const watcher of this.#watchers) watcher(record);
    return this.#revision;
  }

  watch(onChange: (record: LeaseRecord) => void): () => void {
    for (const record of this.list()) onChange(record);
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }
}

/** Fate of one request; a lost one or a lost answer ends in a timeout for the caller. */
export interface Passage {
  /** ms until the broker has the request, or undefined if it never gets it. */
  readonly requestMs: number | undefined;
  /** ms until the caller has the answer, or undefined if it never gets it. */
  readonly answerMs: number | undefined;
}

export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** As for the client of the real store. */
const readTimeoutMs = 5_000;

/** A process's way to the bucket, as slow and lossy as the test wants. A late request is still carried out. */
export class SlowLeaseStore implements LeaseStore {
  /** Decides on every request; by default each passes at once and without loss. */
  passage: () => Passage = () => ({ requestMs: 0, answerMs: 0 });
  readonly #bucket: LeaseBucket;
  readonly #time: FakeTime;
  readonly #process: FakeProcess;

  constructor(bucket: LeaseBucket, time: FakeTime, process: FakeProcess) {
    this.#bucket = bucket;
    this.#time = time;
    this.#process = process;
  }

  read(key: string): Promise<LeaseRecord | undefined> {
    return this.#ask(() => this.#bucket.read(key), readTimeoutMs);
  }

  list(): Promise<LeaseRecord[]> {
    return this.#ask(() => this.#bucket.list(), readTimeoutMs);
  }

  write(key: string, value: string, expectedRevision: number, timeoutMs = readTimeoutMs): Promise<number> {
    return this.#ask(() => this.#bucket.write(key, value, expectedRevision), timeoutMs);
  }

  async watch(onChange: (record: LeaseRecord) => void): Promise<() => void> {
    return this.#bucket.watch(onChange);
  }

  #ask<T>(atBroker: () => T, timeoutMs: number): Promise<T> {
    const { requestMs, answerMs } = this.passage();
    return new Promise((resolve, reject) => {
      const answered = (settle: () => void) => {
        if (answerMs === undefined) return;
        this.#time.after(answerMs, () => this.#process.deliver(settle));
      };
      if (requestMs !== undefined) {
        this.#time.after(requestMs, () => {
          try {
            const result = atBroker();
            answered(() => resolve(result));
          } catch (error) {
            answered(() => reject(error));
          }
        });
      }
      this.#process.timers.after(timeoutMs, () => reject(new NoAnswer('no answer in time')));
    });
  }
}
