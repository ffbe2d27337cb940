import { crc16 } from './crc-16.ts';
import { shapeOf } from './request-pdu.ts';

const headBytes = 3;
const crcBytes = 2;
const largestFrameBytes = 256;

/**
 * Finds whole answers to reads among bytes that come over a line of RTU frames while no request waits for them, in
 * whatever pieces. After a timeout, such an answer is the late one.
 */
export class UnsolicitedFrames {
  readonly #bytes = Buffer.allocUnsafeSlow(largestFrameBytes);
  #count = 0;
  #sent: Uint8Array | undefined;

  /** Forgets the bytes so far: those that come next do not continue them. */
  forget(): void {
    this.#count = 0;
  }

  /** Keeps the request: some adapters echo it, and a request for address 0x03xx looks like an answer with three bytes. */
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

  /** Finds a frame that ends with the byte that has just come. */
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
