import { encodeSample, type Sample } from '@holdfast/shared/contracts/sample.ts';
import type { ClockMark } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Spool, SpooledSample, SpoolPosition } from './spool.ts';

/** It may have been stored without our knowing: at some time since, behind this sequence of the stream. */
export interface Doubt {
  /** Undefined when that was before this process. */
  readonly since: ClockMark | undefined;
  readonly afterSequence: number;
}

export interface FedSample {
  readonly sample: Sample;
  readonly position: SpoolPosition;
  doubt?: Doubt;
}

/** Reads ahead of the sender, and tells the spool how far everything is confirmed. */
export class SpoolFeed {
  readonly spool: Spool;
  readonly #log: Logger;
  readonly #onRead: () => void;
  #ahead: SpooledSample[] = [];
  #next = 0;
  #reading = false;
  /** Given out and not confirmed, in order. */
  #outstanding: { readonly position: SpoolPosition; isConfirmed: boolean }[] = [];
  /** Of the next records that will be given out. */
  #doubts: (Doubt | undefined)[] = [];
  #complaints = 0;
  #isSavingLost: Promise<void> | undefined;
  #lostAgain: Promise<void> | undefined;

  constructor(spool: Spool, log: Logger, onRead: () => void) {
    this.spool = spool;
    this.#log = log;
    this.#onRead = onRead;
  }

  /** Not given out yet. */
  waiting(): number {
    return this.spool.unread() + this.#ahead.length - this.#next;
  }

  isDrained(): boolean {
    return this.waiting() === 0 && !this.#reading;
  }

  /** Nothing lies in it, given out or not. */
  isUntouched(): boolean {
    return this.isDrained() && this.#outstanding.length === 0;
  }

  /** The oldest; undefined when it must be read first, which `onRead` tells of. */
  next(): FedSample | undefined {
    const found = this.#ahead[this.#next];
    if (this.#ahead.length - this.#next < 128) this.#readAhead();
    if (!found) return undefined;
    this.#next += 1;
    const { sample, position, maybeStoredAfter } = found;
    this.#outstanding.push({ position, isConfirmed: false });
    const doubt =
      this.#doubts.shift() ??
      (maybeStoredAfter === undefined ? undefined : { since: undefined, afterSequence: maybeStoredAfter });
    return { sample, position, ...(doubt ? { doubt } : {}) };
  }

  confirm(position: SpoolPosition, sequence: number): void {
    const found = this.#outstanding.find(({ position: known }) => known === position);
    if (!found) return;
    found.isConfirmed = true;
    let done: SpoolPosition | undefined;
    let count = 0;
    for (const { position: next, isConfirmed } of this.#outstanding) {
      if (!isConfirmed) break;
      done = next;
      count += 1;
    }
    if (!done) return;
    this.#outstanding.splice(0, count);
    this.spool.confirm(done, sequence);
  }

  /**
   * Writes all or nothing.
   * @param makeRoom lets the oldest go; false when there is nothing left to let go
   * @throws when the disk does not take it
   */
  async write(
    batch: readonly { readonly sample: Sample; readonly doubt?: Doubt }[],
    afterSequence: number,
    makeRoom: () => Promise<boolean> = async () => false,
  ): Promise<void> {
    if (batch.length === 0) return;
    const records = batch.map(({ sample }) => encodeSample(sample));
    const bytes = records.reduce((sum, record) => sum + Buffer.byteLength(record), 0);
    while (this.spool.isFull(bytes)) if (!(await makeRoom())) break;
    const wasUntouched = this.isUntouched();
    await this.spool.append(records, afterSequence);
    this.#complaints = 0;
    // Only what goes first into an empty spool was ever sent: see SampleOutbox.
    if (wasUntouched && batch[0]?.doubt) this.#doubts = batch.map(({ doubt }) => doubt);
  }

  /** One write at a time; what changes meanwhile is in the next one, which serves all who asked for it. */
  saveLost(notices: () => readonly Sample[]): Promise<void> {
    if (!this.#isSavingLost) {
      this.#isSavingLost = this.#saveLostNow(notices()).finally(() => {
        this.#isSavingLost = undefined;
      });
      return this.#isSavingLost;
    }
    this.#lostAgain ??= this.#isSavingLost.then(() => {
      this.#lostAgain = undefined;
      return this.saveLost(notices);
    });
    return this.#lostAgain;
  }

  async #saveLostNow(notices: readonly Sample[]): Promise<void> {
    try {
      await this.spool.saveLost(notices);
    } catch (error) {
      this.#log.warn(
        { err: error },
        'what was lost is on record in memory only: the spool cannot be written',
      );
    }
  }

  /** Loud at first and now and then: it is tried again every second. */
  complain(error: unknown): void {
    this.#complaints += 1;
    if (this.#complaints % 60 !== 1) return;
    this.#log.error(
      { err: error, spooled_bytes: this.spool.bytes() },
      'the spool cannot be written: samples wait in memory alone, and the oldest are lost when that is full. Make room on its disk',
    );
  }

  #readAhead(): void {
    if (this.#reading || this.spool.unread() === 0) return;
    this.#reading = true;
    this.spool.read().then(
      (records) => {
        this.#ahead = [...this.#ahead.slice(this.#next), ...records];
        this.#next = 0;
        this.#reading = false;
        this.#onRead();
      },
      (error: unknown) => {
        this.#reading = false;
        this.#log.error({ err: error }, 'the spool cannot be read; what lies in it waits');
      },
    );
  }
}
