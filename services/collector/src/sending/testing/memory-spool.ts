import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Spool, SpooledSample } from '../spool.ts';

/** A spool without a disk, whose writes can be made to fail. */
export class MemorySpool implements Spool {
  isBroken = false;
  /** A write waits for it before it succeeds or fails. */
  answer: Promise<void> = Promise.resolve();
  /** Attempts to write, including failed ones. */
  writes = 0;
  readonly #records: SpooledSample[] = [];
  #readCount = 0;

  unread(): number {
    return this.#records.length - this.#readCount;
  }

  bytes(): number {
    return 0;
  }

  damaged(): number {
    return 0;
  }

  isFull(): boolean {
    return false;
  }

  async append(records: readonly (string | Uint8Array)[]): Promise<void> {
    this.writes += 1;
    await this.answer;
    if (this.isBroken) throw new Error('no space left on the device');
    for (const record of records) {
      const position = { segment: 1, endOffset: this.#records.length + 1 };
      const sample = JSON.parse(Buffer.from(record).toString()) as Sample;
      this.#records.push({ sample, position, maybeStored: undefined });
    }
  }

  async read(): Promise<SpooledSample[]> {
    const records = this.#records.slice(this.#readCount);
    this.#readCount = this.#records.length;
    return records;
  }

  confirm(): void {}

  async takeOldest(): Promise<SpooledSample[]> {
    return [];
  }

  async removeTaken(): Promise<void> {}

  async saveLost(): Promise<void> {}

  async close(): Promise<void> {}
}
