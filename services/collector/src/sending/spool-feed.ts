import {
  encodeSample,
  messageOf,
  type OutgoingSample,
  type Sample,
  sampleMessageId,
} from '@holdfast/shared/contracts/sample/sample.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { type Doubt, doubtOf } from './doubt.ts';
import type { LostNotice } from './lost-ticks.ts';
import { mostRecordBytes, type Spool, type SpooledSample, type SpoolPosition } from './spool.ts';
import { type TooLarge, tooLargeMiss } from './too-large-miss.ts';
import type { UnconfirmedSample } from './unconfirmed-sample.ts';

export interface SpoolFeedOptions {
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when the record for which `next` had to wait is there. */
  readonly onRead: () => void;
  readonly onTooLarge: (sample: Sample, size: TooLarge) => void;
}

/** Reads the spool ahead of the sender, and reports to it up to where everything is confirmed. */
export class SpoolFeed {
  readonly spool: Spool;
  readonly #options: SpoolFeedOptions;
  #ahead: SpooledSample[] = [];
  #next = 0;
  #reading = false;
  /** Records that were given out and are not confirmed, in order. */
  #outstanding: { readonly position: SpoolPosition; isConfirmed: boolean }[] = [];
  /** By message id: doubts of records that were sent before they were written here. Never more than may be in flight. */
  readonly #doubts = new Map<string, Doubt>();
  readonly #outage: OutageLog;
  #isSavingLost: Promise<void> | undefined;
  #lostAgain: Promise<void> | undefined;

  constructor(options: SpoolFeedOptions) {
    this.spool = options.spool;
    this.#options = options;
    this.#outage = new OutageLog({
      log: options.log,
      began:
        'the spool cannot be written: samples wait in memory alone, and the oldest are lost when that is full. Make room on its disk',
      fields: (error) => ({ err: error, spooled_bytes: this.spool.bytes() }),
      // The write is tried again every second.
      remindAfter: 60,
    });
  }

  /** Number of records that were not given out yet. */
  waiting(): number {
    return this.spool.unread() + this.#ahead.length - this.#next;
  }

  isDrained(): boolean {
    return this.waiting() === 0 && !this.#reading;
  }

  /** Whether nothing is in the spool, given out or not. */
  isUntouched(): boolean {
    return this.isDrained() && this.#outstanding.length === 0;
  }

  /** The oldest record, or undefined if it must be read first, which `onRead` reports. */
  next(): UnconfirmedSample | undefined {
    const record = this.#ahead[this.#next];
    if (this.#ahead.length - this.#next < 128) this.#readAhead();
    if (!record) return undefined;
    this.#next += 1;
    this.#outstanding.push({ position: record.position, isConfirmed: false });
    return this.#waiting(record);
  }

  /** The unread rest of the oldest segment, to be dropped: see {@link Spool.takeOldest}. */
  async takeOldest(): Promise<UnconfirmedSample[]> {
    return (await this.spool.takeOldest()).map((spooled) => this.#waiting(spooled));
  }

  confirm(position: SpoolPosition, sequence: number): void {
    const outstanding = this.#outstanding.find(({ position: candidate }) => candidate === position);
    if (!outstanding) return;
    outstanding.isConfirmed = true;
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
   * @param makeRoom drops the oldest, or false if nothing is left to drop
   * @throws when the disk does not take it
   */
  async write(
    batch: readonly { readonly sample: OutgoingSample; readonly doubt?: Doubt }[],
    afterSequence: number,
    makeRoom: () => Promise<boolean> = async () => false,
  ): Promise<void> {
    if (batch.length === 0) return;
    let bytes = 0;
    const records = batch.map(({ sample }) => {
      const record = this.#encode(sample);
      bytes += typeof record === 'string' ? Buffer.byteLength(record) : record.length;
      return record;
    });
    while (this.spool.isFull(bytes)) if (!(await makeRoom())) break;
    await this.spool.append(records, afterSequence);
    this.#outage.worked();
    for (const { sample, doubt } of batch) if (doubt) this.#doubts.set(sampleMessageId(sample), doubt);
  }

  /** One write at a time; changes made meanwhile are in the next one, which serves all who asked for it. */
  saveLost(notices: () => readonly LostNotice[]): Promise<void> {
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

  async #saveLostNow(notices: readonly LostNotice[]): Promise<void> {
    try {
      await this.spool.saveLost(
        notices.map(({ sample, doubt }) => ({ sample, maybeStoredAfter: doubt?.afterSequence })),
      );
    } catch (error) {
      this.#options.log.warn(
        { err: error },
        'what was lost is on record in memory only: the spool cannot be written',
      );
    }
  }

  /** Reports that a write failed. */
  complain(error: unknown): void {
    this.#outage.failed(error);
  }

  #encode(sample: OutgoingSample): string | Uint8Array {
    const record = messageOf(sample);
    // A UTF-16 unit takes three bytes at most; only a record that might be too large is measured.
    if (record.length * 3 <= mostRecordBytes) return record;
    const bytes = Buffer.byteLength(record);
    if (bytes <= mostRecordBytes) return record;
    const size: TooLarge = { bytes, limitBytes: mostRecordBytes, bound: undefined };
    this.#options.onTooLarge(sample, size);
    return encodeSample(tooLargeMiss(sample, size));
  }

  #waiting({ sample, position, maybeStored }: SpooledSample): UnconfirmedSample {
    const ours = this.#doubts.size > 0 ? this.#takeDoubt(sample) : undefined;
    const doubt = ours ?? (maybeStored && doubtOf(maybeStored, this.#options.clock));
    return doubt ? { order: 0, sample, position, doubt } : { order: 0, sample, position };
  }

  #takeDoubt(sample: Sample): Doubt | undefined {
    const id = sampleMessageId(sample);
    const doubt = this.#doubts.get(id);
    if (doubt) this.#doubts.delete(id);
    return doubt;
  }

  #readAhead(): void {
    if (this.#reading || this.spool.unread() === 0) return;
    this.#reading = true;
    this.spool.read().then(
      (records) => {
        this.#ahead = [...this.#ahead.slice(this.#next), ...records];
        this.#next = 0;
        this.#reading = false;
        this.#options.onRead();
      },
      (error: unknown) => {
        this.#reading = false;
        this.#options.log.error({ err: error }, 'the spool cannot be read; what lies in it waits');
      },
    );
  }
}
