/** The largest Modbus TCP frame. */
const frameBytes = 260;
/** Bytes of the transaction id, which differs in the next reply: fewer bytes of a copy could be that reply's beginning. */
const tellingBytes = 2;

/**
 * Drops copies of the last reply over one connection, which some devices and gateways send: right after the reply,
 * while nothing is asked, or in front of the next reply. Only for frames with a transaction id.
 */
export class ReplyCopies {
  readonly #reply = Buffer.allocUnsafeSlow(frameBytes);
  #length = 0;
  /** How much of a copy has come. */
  #part = 0;

  /** @param end end of the reply, which begins at 0; copies of it follow up to `count`, or nothing */
  replied(bytes: Uint8Array, end: number, count: number): void {
    for (let at = 0; at < end; at += 1) this.#reply[at] = bytes[at] ?? 0;
    this.#length = end;
    this.#part = (count - end) % end;
  }

  /** The connection is over. */
  forget(): void {
    this.#length = 0;
    this.#part = 0;
  }

  /** Takes bytes that came while nothing is asked. @returns false when they are anything but copies */
  take(bytes: Uint8Array, count: number): boolean {
    for (let at = 0; at < count; at += 1) {
      if (this.#length === 0 || bytes[at] !== this.#reply[this.#part]) return false;
      this.#part = (this.#part + 1) % this.#length;
    }
    return this.#part === 0 || this.#part >= tellingBytes;
  }

  /** Finds copies in front of the next reply. @returns how many bytes they take, from the first one on */
  takeFront(bytes: Uint8Array, count: number): number {
    let from = 0;
    while (this.#length > 0) {
      let same = 0;
      const length = Math.min(this.#length - this.#part, count - from);
      while (same < length && bytes[from + same] === this.#reply[this.#part + same]) same += 1;
      if (same < length || same === 0 || this.#part + same < tellingBytes) return from;
      from += same;
      this.#part = (this.#part + same) % this.#length;
    }
    return from;
  }
}

/** Whether all that follows the reply is copies of it, the last one perhaps not whole. */
export function isFollowedByCopies(bytes: Uint8Array, end: number, count: number): boolean {
  for (let at = end; at < count; at += 1) if (bytes[at] !== bytes[at - end]) return false;
  return count - end >= tellingBytes;
}
