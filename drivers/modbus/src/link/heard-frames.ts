import { crc16 } from './crc-16.ts';
import { shapeOf } from './request-pdu.ts';

const headBytes = 3;
const crcBytes = 2;
const largestFrameBytes = 256;

/**
 * Finds whole answers to reads in what comes over a line of RTU frames while nobody waits for it, in whatever pieces it
 * comes: on a line that was given up waiting for, they are what was waited for.
 */
export class HeardFrames {
  readonly #bytes = Buffer.allocUnsafeSlow(largestFrameBytes);
  #count = 0;
  #sent: Uint8Array | undefined;

  /** Forgets what has come: what comes next does not go on with it. */
  forget(): void {
    this.#count = 0;
  }

  /** Some adapters give back what they sent, and a request for address 0x03xx has the form of an answer with three bytes. */
  requestLeaves(frame: Uint8Array): void {
    this.#sent = frame;
    this.forget();
  }

  hear(bytes: Uint8Array, count: number, onAnswer: (unitId: number, shape: number) => void): void {
    for (let at = 0; at < count; at += 1) {
      if (this.#count === largestFrameBytes) this.#drop(1);
      this.#bytes[this.#count++] = bytes[at] ?? 0;
      this.#findAtEnd(onAnswer);
    }
  }

  /** Whether a frame ends with the byte that has just come. */
  #findAtEnd(onAnswer: (unitId: number, shape: number) => void): void {
    for (let start = 0; start + headBytes + crcBytes < this.#count; start += 1) {
      const functionCode = this.#bytes[start + 1] ?? 0;
      const dataBytes = this.#bytes[start + 2] ?? 0;
      if (functionCode < 1 || functionCode > 4) continue;
      if (start + headBytes + dataBytes + crcBytes !== this.#count) continue;
      const crcAt = this.#count - crcBytes;
      const crc = (this.#bytes[crcAt] ?? 0) | ((this.#bytes[crcAt + 1] ?? 0) << 8);
      if (crc16(this.#bytes, start, crcAt) !== crc) continue;
      if (!this.#isEcho(start)) onAnswer(this.#bytes[start] ?? 0, shapeOf(functionCode, dataBytes));
      this.forget();
      return;
    }
  }

  #isEcho(start: number): boolean {
    const sent = this.#sent;
    if (sent?.length !== this.#count - start) return false;
    return sent.every((byte, at) => this.#bytes[start + at] === byte);
  }

  #drop(count: number): void {
    this.#bytes.copyWithin(0, count, this.#count);
    this.#count -= count;
  }
}
