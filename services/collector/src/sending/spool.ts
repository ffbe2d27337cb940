import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';

/** Where a record ends. Records are confirmed in order, so one place stands for all before it. */
export interface SpoolPosition {
  readonly segment: number;
  readonly endOffset: number;
}

export interface SpooledSample {
  readonly sample: Sample;
  readonly position: SpoolPosition;
  /**
   * A predecessor may have sent it: everything of it that was stored lies after this sequence of the stream, and
   * came there so long before this was read at the most.
   */
  readonly maybeStored: { readonly afterSequence: number; readonly agoMs: number } | undefined;
}

/** A notice of lost ticks, to be told. */
export interface SpooledNotice {
  readonly sample: Sample;
  /** Doubt of a sample sent before it was lost: if it was stored, then after this sequence of the stream. */
  readonly maybeStoredAfter: number | undefined;
}

/** A record may have so many bytes. */
export const mostRecordBytes = 8 * 1024 * 1024;

/**
 * A queue of samples on disk, first in, first out. It survives the process.
 *
 * Callers may rely on: calls take effect in the order in which they were made; `append` writes all or nothing;
 * what was read is given again by the next process until it is confirmed.
 */
export interface Spool {
  /** Records that were not read yet. */
  unread(): number;
  /** On disk, confirmed parts of segments included. */
  bytes(): number;
  /** Records that could not be read back; what they held is lost. */
  damaged(): number;
  /** Whether so many bytes more would exceed its bound. */
  isFull(moreBytes: number): boolean;
  /**
   * @param records text, perhaps in UTF-8 already, of {@link mostRecordBytes} at most, none of them empty
   * @param afterSequence what was stored of these without our knowing lies behind this sequence of the stream
   * @throws when the disk does not take it; then nothing of it is kept
   */
  append(records: readonly (string | Uint8Array)[], afterSequence: number): Promise<void>;
  /** The next records, none when all are read. @throws when the disk cannot be read */
  read(): Promise<SpooledSample[]>;
  /** Everything up to here is stored by the broker. */
  confirm(position: SpoolPosition, sequence: number): void;
  /** Reads all of the oldest segment that was not read yet, to be dropped: see {@link removeTaken}. */
  takeOldest(): Promise<SpooledSample[]>;
  /**
   * Removes what `takeOldest` gave, once it is on record as lost. What was read of the same segment before, and is not
   * confirmed, stays: it may still be sent, and must survive until it is.
   */
  removeTaken(): Promise<void>;
  /** Replaces the record of what was lost. */
  saveLost(notices: readonly SpooledNotice[]): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}
