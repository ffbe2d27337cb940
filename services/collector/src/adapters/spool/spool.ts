import { access, constants, type FileHandle, mkdir, open, rmdir, truncate, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Spool, SpooledNotice, SpooledSample, SpoolPosition } from '../../sending/spool.ts';
import { SegmentReader } from './segment-reader.ts';
import {
  type Confirmed,
  type Leftover,
  readSpoolFolder,
  removeSmallFile,
  type Segment,
  segmentPath,
  writeConfirmed,
  writeLost,
} from './spool-folder.ts';
import { lockSpoolFolder, type SpoolLock } from './spool-lock.ts';
import { encodeRecords, segmentMagic } from './spool-record.ts';

/** A full spool loses its samples segment by segment, so it loses at most a sixteenth of itself at a time. */
const segmentsAtLeast = 16;
const leastBytes = 16 * 1024;
const mostBytes = 4 * 1024 * 1024;

/** How long a file of a spool may be. */
function segmentLength(spoolMaxBytes: number): number {
  return Math.max(leastBytes, Math.min(mostBytes, Math.floor(spoolMaxBytes / segmentsAtLeast)));
}

export interface DiskSpoolOptions {
  /** The folder of this collector alone; made when it is first needed. */
  readonly folder: string;
  readonly instance: string;
  readonly maxBytes: number;
  /**
   * `append`: when `append` returns, the records are on the disk, so a power cut loses nothing of them. `never`: the
   * operating system writes when it likes; a killed process loses nothing either.
   */
  readonly fsync: 'append' | 'never';
  /** True for the spool of another collector. Set it only when that owner is dead for certain. */
  readonly isAnothers?: boolean;
  readonly log: Logger;
}

export interface OpenedSpool {
  readonly spool: DiskSpool;
  /** Gap notices of a predecessor. */
  readonly notices: readonly SpooledNotice[];
}

const confirmEveryMs = 200;

/** The spool as segment files that are only appended to, read from the front and removed. */
export class DiskSpool implements Spool {
  readonly #options: DiskSpoolOptions;
  readonly #lock: SpoolLock;
  readonly #segmentBytes: number;
  readonly #segments: Segment[];
  #nextId: number;
  #writer: FileHandle | undefined;
  readonly #reader: SegmentReader;
  /** Taken to be dropped. The part up to `keepBytes` was read before and may not be confirmed yet. */
  #dropping:
    | { readonly segment: Segment; readonly keepBytes: number; readonly keepRecords: number }
    | undefined;
  #confirmed: Confirmed | undefined;
  #confirmedWrittenAt = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  #hasFolder: boolean;
  #hasLost: boolean;

  private constructor(options: DiskSpoolOptions, leftover: Leftover, lock: SpoolLock) {
    this.#options = options;
    this.#lock = lock;
    this.#segmentBytes = segmentLength(options.maxBytes);
    this.#segments = leftover.segments;
    this.#nextId = (leftover.segments.at(-1)?.id ?? leftover.confirmed?.segment ?? 0) + 1;
    this.#reader = new SegmentReader(this.#segments, options.log);
    this.#hasFolder = leftover.segments.length > 0 || leftover.notices.length > 0;
    this.#hasLost = leftover.notices.length > 0;
  }

  /** @returns undefined while another process has the spool. @throws when the disk cannot be read */
  static async open(options: DiskSpoolOptions): Promise<OpenedSpool | undefined> {
    const lock = await lockSpoolFolder(options.folder);
    if (!lock) return undefined;
    if (options.isAnothers && !lock.isProof) {
      await lock.release(false);
      return undefined;
    }
    try {
      const leftover = await readSpoolFolder(options.folder);
      const spool = new DiskSpool(options, leftover, lock);
      await spool.#passConfirmed(leftover.confirmed);
      if (!options.isAnothers) await tellUnlessWritable(options);
      if (spool.unread() > 0 || leftover.notices.length > 0 || leftover.tornBytes > 0) {
        options.log.info(
          {
            samples: spool.unread(),
            bytes: spool.bytes(),
            gap_notices: leftover.notices.length,
            torn_bytes: leftover.tornBytes,
            folder: options.folder,
          },
          'an earlier process left samples in the spool; they are sent first',
        );
      }
      return { spool, notices: leftover.notices };
    } catch (error) {
      await lock.release(false);
      throw error;
    }
  }

  unread(): number {
    return this.#reader.unread;
  }

  bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  damaged(): number {
    return this.#reader.damaged;
  }

  isFull(moreBytes: number): boolean {
    return this.bytes() + moreBytes > this.#options.maxBytes;
  }

  append(records: readonly (string | Uint8Array)[], afterSequence: number): Promise<void> {
    return this.#inTurn(async () => {
      const bytes = encodeRecords(records);
      if (this.#segments.length === 0) await this.#begin(afterSequence);
      const current = await this.#segmentToWrite(bytes.length);
      const writer = this.#writer as FileHandle;
      try {
        let writtenCount = 0;
        while (writtenCount < bytes.length) {
          const { bytesWritten } = await writer.write(
            bytes,
            writtenCount,
            bytes.length - writtenCount,
            current.bytes + writtenCount,
          );
          writtenCount += bytesWritten;
        }
        if (this.#options.fsync === 'append') await writer.datasync();
      } catch (error) {
        // A part of the write may be in the file. Nothing is appended to it any more, so nothing can come after that
        // part.
        await writer.truncate(current.bytes).catch(() => undefined);
        await this.#endSegment();
        throw error;
      }
      current.bytes += bytes.length;
      current.records += records.length;
      this.#reader.appended(current, records.length);
    });
  }

  read(): Promise<SpooledSample[]> {
    return this.#inTurn(async () => {
      while (this.#reader.place()) {
        const samples = await this.#reader.read();
        if (samples.length > 0) return samples;
      }
      return [];
    });
  }

  confirm(position: SpoolPosition, sequence: number): void {
    const highest = Math.max(sequence, this.#confirmed?.sequence ?? 0);
    this.#confirmed = {
      segment: position.segment,
      end_offset: position.endOffset,
      sequence: highest,
      at: Date.now(),
    };
    const first = this.#segments[0];
    const isSegmentDone =
      first !== undefined &&
      (first.id < position.segment || (first.id === position.segment && first.bytes <= position.endOffset));
    if (!isSegmentDone && Date.now() - this.#confirmedWrittenAt < confirmEveryMs) return;
    this.#confirmedWrittenAt = Date.now();
    this.#inTurn(() => this.#saveConfirmed()).catch((error: unknown) =>
      this.#options.log.debug({ err: error }, 'how far the spool is confirmed could not be written'),
    );
  }

  takeOldest(): Promise<SpooledSample[]> {
    return this.#inTurn(async () => {
      const begun = this.#reader.place();
      if (!begun) return [];
      const { segment: oldest, offset: keepBytes, recordsLeft } = begun;
      this.#dropping = { segment: oldest, keepBytes, keepRecords: oldest.records - recordsLeft };
      if (this.#segments.at(-1) === oldest) await this.#endSegment();
      const samples: SpooledSample[] = [];
      while (this.#reader.place()?.segment === oldest) {
        samples.push(...(await this.#reader.read()));
        // A segment holds thousands of records: let other work have its turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return samples;
    });
  }

  removeTaken(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#dropping) return;
      const { segment, keepBytes, keepRecords } = this.#dropping;
      this.#dropping = undefined;
      const at = this.#segments.indexOf(segment);
      if (at < 0) return;
      if (keepRecords > 0 && !this.#isConfirmed(segment.id, keepBytes)) {
        // The part of the segment that was read before is in memory, unconfirmed. It stays on disk until the broker
        // has it.
        await truncate(segment.path, keepBytes);
        segment.bytes = keepBytes;
        segment.records = keepRecords;
        return;
      }
      this.#segments.splice(at, 1);
      await unlink(segment.path);
    });
  }

  saveLost(notices: readonly SpooledNotice[]): Promise<void> {
    return this.#inTurn(async () => {
      if (notices.length > 0) {
        await this.#makeFolder();
        this.#hasLost = true;
        await writeLost(this.#options.folder, notices, this.#options.fsync === 'append');
      } else if (this.#hasLost) {
        await removeSmallFile(this.#options.folder, 'lost');
        this.#hasLost = false;
      }
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    let isEmpty = false;
    await this.#inTurn(async () => {
      await this.#endSegment();
      if (this.#confirmed) await this.#saveConfirmed();
      isEmpty = this.#segments.length === 0 && !this.#hasLost;
      if (isEmpty && (this.#hasFolder || this.#options.isAnothers)) {
        // An unreadable spool is useless, and no other process will ever read it.
        if (this.#options.isAnothers) await removeSmallFile(this.#options.folder, 'lost');
        await removeSmallFile(this.#options.folder, 'confirmed');
        await rmdir(this.#options.folder).catch(() => undefined);
      }
    }).catch((error: unknown) => this.#options.log.warn({ err: error }, 'the spool was not closed cleanly'));
    await this.#lock.release(isEmpty);
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(run);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** Skips what a predecessor knew to be stored, and marks what it may have sent since. */
  async #passConfirmed(confirmed: Confirmed | undefined): Promise<void> {
    if (!confirmed) return;
    for (let first = this.#segments[0]; first && first.id < confirmed.segment; first = this.#segments[0]) {
      this.#reader.removedUnread(first);
      await this.#removeFirst();
    }
    await this.#reader.passConfirmed(confirmed);
    this.#confirmed = confirmed;
  }

  /** Writes down after which sequence a successor must look for stored samples, should this process get no further. */
  async #begin(afterSequence: number): Promise<void> {
    await this.#makeFolder();
    const sequence = Math.max(afterSequence, this.#confirmed?.sequence ?? 0);
    this.#confirmed = { segment: this.#nextId - 1, end_offset: 0, sequence, at: Date.now() };
    await writeConfirmed(this.#options.folder, this.#confirmed);
  }

  async #saveConfirmed(): Promise<void> {
    const confirmed = this.#confirmed;
    if (!confirmed || !this.#hasFolder) return;
    // Record it first, then remove. Otherwise a successor would not know from where to look.
    await writeConfirmed(this.#options.folder, confirmed);
    for (let first = this.#segments[0]; first; first = this.#segments[0]) {
      if (!this.#isConfirmed(first.id, first.bytes) || first === this.#dropping?.segment) return;
      if (this.#segments.length === 1) await this.#endSegment();
      await this.#removeFirst();
    }
  }

  #isConfirmed(segment: number, upTo: number): boolean {
    const confirmed = this.#confirmed;
    if (!confirmed) return false;
    return segment < confirmed.segment || (segment === confirmed.segment && upTo <= confirmed.end_offset);
  }

  async #segmentToWrite(bytes: number): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (this.#writer && last && last.bytes + bytes <= this.#segmentBytes) return last;
    await this.#endSegment();
    const path = segmentPath(this.#options.folder, this.#nextId, this.#options.instance);
    const writer = await open(path, 'wx', 0o600);
    try {
      await writer.write(segmentMagic);
    } catch (error) {
      await writer.close();
      await unlink(path).catch(() => undefined);
      throw error;
    }
    const segment: Segment = { id: this.#nextId, path, bytes: segmentMagic.length, records: 0 };
    this.#nextId += 1;
    this.#writer = writer;
    this.#segments.push(segment);
    return segment;
  }

  /** Closes the newest segment: nothing is appended to it any more. A segment without records is removed. */
  async #endSegment(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.close();
    const last = this.#segments.at(-1);
    if (writer && last?.records === 0) {
      this.#segments.pop();
      await unlink(last.path).catch(() => undefined);
    }
  }

  async #removeFirst(): Promise<void> {
    const first = this.#segments.shift();
    if (first) await unlink(first.path);
  }

  async #makeFolder(): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    this.#hasFolder = true;
  }
}

/** Warns early: nothing is written before the first outage, and then it is too late to find out. */
async function tellUnlessWritable({ folder, log }: DiskSpoolOptions): Promise<void> {
  const above = dirname(folder);
  try {
    await mkdir(above, { recursive: true, mode: 0o700 });
    await access(above, constants.W_OK | constants.X_OK);
    await access(folder, constants.W_OK | constants.X_OK).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  } catch (error) {
    log.error(
      { err: error, folder },
      `nothing can be written to the spool: readings that NATS does not take would wait in memory alone, and be lost with this process. Let it write to ${above}, or name another folder in SPOOL_DIR`,
    );
  }
}
