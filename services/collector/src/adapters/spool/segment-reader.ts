import { open } from 'node:fs/promises';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { SpooledSample } from '../../sending/spool.ts';
import type { Confirmed, Segment } from './spool-folder.ts';
import { scanRecords, segmentMagic } from './spool-record.ts';

const readBytes = 256 * 1024;
/** Most samples that may have been sent since the last `confirmed.json`; the measured peak is 40 a ms. */
const sentSinceConfirmed = 10_000;

/** Where reading continues. */
export interface ReadingPlace {
  readonly segment: Segment;
  readonly offset: number;
  readonly recordsLeft: number;
}

/** Reads the segments of a spool from the front, each record once, while others are appended and removed. */
export class SegmentReader {
  readonly #segments: readonly Segment[];
  readonly #log: Logger;
  #place: { segment: Segment; offset: number; recordsLeft: number } | undefined;
  #unread: number;
  #damaged = 0;
  /** How many of the next records a predecessor may have sent, and after which sequence. */
  #doubtful: { left: number; readonly afterSequence: number; readonly sinceMs: number } | undefined;

  /** @param segments of the spool, in order, as they change */
  constructor(segments: readonly Segment[], log: Logger) {
    this.#segments = segments;
    this.#log = log;
    this.#unread = segments.reduce((sum, { records }) => sum + records, 0);
  }

  get unread(): number {
    return this.#unread;
  }

  /** Records that could not be read. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Skips what a predecessor knew to be stored, and marks what it may have sent since. */
  async passConfirmed({ segment, end_offset, sequence, at }: Confirmed): Promise<void> {
    const first = this.#segments[0];
    if (first?.id === segment && end_offset > segmentMagic.length) {
      const confirmedPart = await readSegment(first, segmentMagic.length, end_offset - segmentMagic.length);
      const passed = scanRecords(confirmedPart).records.length;
      this.#unread -= passed;
      this.#place = { segment: first, offset: end_offset, recordsLeft: first.records - passed };
    }
    this.#doubtful = { left: sentSinceConfirmed, afterSequence: sequence, sinceMs: at };
  }

  /** Counts records that were appended to the newest segment. */
  appended(segment: Segment, records: number): void {
    this.#unread += records;
    if (this.#place?.segment === segment) this.#place.recordsLeft += records;
  }

  /** Forgets a segment that was removed before anything of it was read. */
  removedUnread({ records }: Segment): void {
    this.#unread -= records;
  }

  /** Undefined when everything has been read. */
  place(): ReadingPlace | undefined {
    return this.#findPlace();
  }

  /**
   * The next records of one segment. Empty when the rest of it turned out to be damaged, or when nothing is left at
   * all.
   */
  async read(): Promise<SpooledSample[]> {
    const place = this.#findPlace();
    return place ? this.#decode(await readSegment(place.segment, place.offset, readBytes), place) : [];
  }

  #findPlace(): { segment: Segment; offset: number; recordsLeft: number } | undefined {
    let place = this.#place;
    if (!place || place.recordsLeft <= 0) {
      const after = place?.segment.id ?? 0;
      const segment = this.#segments.find(({ id }) => id > after);
      if (!segment) return undefined;
      place = { segment, offset: segmentMagic.length, recordsLeft: segment.records };
      this.#place = place;
    }
    return place.recordsLeft > 0 ? place : undefined;
  }

  #decode(bytes: Buffer, from: { segment: Segment; offset: number; recordsLeft: number }): SpooledSample[] {
    const { records, endOffset } = scanRecords(bytes);
    if (records.length === 0) {
      // The file has become shorter or its lengths are wrong: nothing in it can be found any more.
      this.#damaged += from.recordsLeft;
      this.#unread -= from.recordsLeft;
      this.#log.error(
        { file: from.segment.path, records: from.recordsLeft },
        'a segment of the spool cannot be read to its end; the samples in it are lost',
      );
      from.recordsLeft = 0;
      return [];
    }
    const samples: SpooledSample[] = [];
    for (const { payload, isIntact, endOffset: end } of records) {
      if (!isIntact) {
        this.#damaged += 1;
        this.#log.error({ file: from.segment.path }, 'a record of the spool is damaged and left out');
        continue;
      }
      samples.push({
        sample: JSON.parse(payload.toString()) as Sample,
        position: { segment: from.segment.id, endOffset: from.offset + end },
        maybeStored: this.#doubt(),
      });
    }
    from.offset += endOffset;
    from.recordsLeft -= records.length;
    this.#unread -= records.length;
    return samples;
  }

  #doubt(): SpooledSample['maybeStored'] {
    if (!this.#doubtful || this.#doubtful.left === 0) return undefined;
    this.#doubtful.left -= 1;
    const { afterSequence, sinceMs } = this.#doubtful;
    // A clock that was set back meanwhile must not make the doubt look younger.
    return { afterSequence, agoMs: Math.abs(Date.now() - sinceMs) };
  }
}

async function readSegment({ path, bytes }: Segment, offset: number, atMost: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    // Read at least one whole record, however long: the scan finds a length that was never written.
    for (let size = atMost; ; size *= 8) {
      const length = Math.max(0, Math.min(size, bytes - offset));
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(buffer, 0, length, offset);
      const chunk = buffer.subarray(0, bytesRead);
      const { records, isBroken } = scanRecords(chunk);
      if (records.length > 0 || isBroken || bytesRead < length || length < size) return chunk;
    }
  } finally {
    await file.close();
  }
}
