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
   * A predecessor may have sent the record. If it was stored, then after this sequence of the stream, and at most so
   * long before this reading.
   */
  readonly maybeStored: { readonly afterSequence: number; readonly agoMs: number } | undefined;
}

/** A notice of lost ticks that is still to be sent. */
export interface SpooledNotice {
  readonly sample: Sample;
  /** Doubt of a sample that was sent before it was lost: if it was stored, then after this sequence of the stream. */
  readonly maybeStoredAfter: number | undefined;
}

/** Most bytes in a record. */
export const mostRecordBytes = 8 * 1024 * 1024;

/**
 * A queue of samples on disk, first in, first out. It survives the process.
 *
 * Callers may rely on this: calls take effect in the order in which they were made; `append` writes all or nothing;
 * records that were read are given out again by the next process until they are confirmed.
 */
export interface Spool {
  /** Records that were not read yet. */
  unread(): number;
  /** Bytes on disk, including confirmed parts of segments. */
  bytes(): number;
  /** Records that could not be read back; their samples are lost. */
  damaged(): number;
  /** Whether so many more bytes would exceed its bound. */
  isFull(moreBytes: number): boolean;
  /**
   * @param records text, perhaps already in UTF-8, of {@link mostRecordBytes} at most, none of them empty
   * @param afterSequence if any of these was stored without our knowing, then after this sequence of the stream
   * @throws when the disk does not take it; then nothing of it is kept
   */
  append(records: readonly (string | Uint8Array)[], afterSequence: number): Promise<void>;
  /** The next records, or empty if all are read. @throws when the disk cannot be read */
  read(): Promise<SpooledSample[]>;
  /** Notes that the broker has stored everything up to here. */
  confirm(position: SpoolPosition, sequence: number): void;
  /** Reads the unread rest of the oldest segment, to be dropped: see {@link removeTaken}. */
  takeOldest(): Promise<SpooledSample[]>;
  /**
   * Removes what `takeOldest` returned, once it is recorded as lost. Records of the same segment that were read before,
   * and are not confirmed, stay. They may still be sent, and must survive until they are.
   */
  removeTaken(): Promise<void>;
  /** Replaces the saved notices of lost samples. */
  saveLost(notices: readonly SpooledNotice[]): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}
