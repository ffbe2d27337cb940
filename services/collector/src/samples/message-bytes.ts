/** Much larger than a message, and small compared with the memory that an outage takes. */
const slabBytes = 256 * 1024;

let slab: Uint8Array = new Uint8Array(0);
let used = 0;

/**
 * Takes memory for one message, from a slab that it shares with its neighbours. They are sent one after the other, and
 * so are let go together. A buffer for each would mean thousands a second outside of the heap.
 */
export function takeBytes(length: number): Uint8Array {
  if (length > slabBytes / 8) return new Uint8Array(length);
  if (used + length > slab.length) {
    // All of it is written before it is read, so no time is spent on zeroes.
    slab = Buffer.allocUnsafeSlow(slabBytes);
    used = 0;
  }
  const bytes = slab.subarray(used, used + length);
  used += length;
  return bytes;
}
