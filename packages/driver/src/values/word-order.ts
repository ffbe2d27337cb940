/**
 * Order of the bytes on the wire; A is the most significant of a 32-bit value. In 64 bits, ABCD is big endian, CDAB has
 * the four words reversed, BADC the bytes within each word, DCBA both. One word reads AB (ABCD, CDAB) or BA; so
 * does each word of a string.
 */
export const byteOrders = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const;
export type ByteOrder = (typeof byteOrders)[number];

/** Words of 16 bits as 0…65535, as devices have them: registers of Modbus, word devices of a PLC. */
export type Words = ArrayLike<number>;

/** Word `index` of a value that begins at `at`, 0 the most significant. */
export type WordReader = (raw: Words, at: number, index: number) => number;

/** For values of so many words in this order. */
export function wordReader(order: ByteOrder, words: number): WordReader {
  const last = words - 1;
  switch (order) {
    case 'ABCD':
      return (raw, at, index) => raw[at + index] as number;
    case 'CDAB':
      return (raw, at, index) => raw[at + last - index] as number;
    case 'BADC':
      return (raw, at, index) => swapBytes(raw[at + index] as number);
    case 'DCBA':
      return (raw, at, index) => swapBytes(raw[at + last - index] as number);
    default:
      return order satisfies never;
  }
}

/** Words, the most significant first, as they lie in the device. Each of the four orders undoes itself. */
export function orderWords(words: readonly number[], order: ByteOrder): number[] {
  const read = wordReader(order, words.length);
  return words.map((_, index) => read(words, 0, index));
}

/** One word alone, and each word of a string, has only an order of bytes. */
export function orderOfOneWord(order: ByteOrder): 'ABCD' | 'BADC' {
  return order === 'BADC' || order === 'DCBA' ? 'BADC' : 'ABCD';
}

function swapBytes(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8);
}
