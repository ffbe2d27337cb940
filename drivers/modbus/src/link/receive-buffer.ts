/** Room for an incomplete reply of the largest size, and for what a channel hands over at once. */
const capacity = 1_024;
const largestFrameBytes = 260;

/** The bytes that have come since the request went out. */
export class ReceiveBuffer {
  readonly bytes = Buffer.allocUnsafeSlow(capacity);
  count = 0;

  append(bytes: Uint8Array, count: number): void {
    const from = Math.max(0, count - capacity);
    const room = capacity - this.count;
    if (count - from > room) {
      // On a noisy line the reply comes last; on any other line this is a fault, whatever is kept.
      const keep = Math.min(this.count, largestFrameBytes, capacity - (count - from));
      this.bytes.copyWithin(0, this.count - keep, this.count);
      this.count = keep;
    }
    for (let at = from; at < count; at += 1) this.bytes[this.count++] = bytes[at] ?? 0;
  }

  dropFront(count: number): void {
    if (count === 0) return;
    this.bytes.copyWithin(0, count, this.count);
    this.count -= count;
  }
}
