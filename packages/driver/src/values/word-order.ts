/**
 * Order of the bytes on the wire; A is the most significant of a 32-bit value. In 64 bits, ABCD is big endian, CDAB has
 * the four words reversed, BADC the bytes within each word, DCBA both. One word reads AB (ABCD, CDAB) or BA; so
 * does each word of a string.
 */
export const byteOrders = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const;
export type ByteOrder = (typeof byteOrders)[number];

/** Words of 16 bits as 0…65535, as devices have them: Modbus registers, word devices of a PLC. */
export type Words = ArrayLike<number>;

/** Reads word `index` of a value that begins at `at`; 0 is the most significant. */
export type WordReader = (raw: Words, at: number, index: number) => number;

/** Makes the reader for values of so many words in this order. */
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

/** Converts words from the most significant first to their order in the device. Each of the four orders undoes itself. */
export function orderWords(words: readonly number[], order: ByteOrder): number[] {
  const readWord = wordReader(order, words.length);
  return words.map((_, index) => readWord(words, 0, index));
}

/** A single word, or each word of a string, only has an order of bytes. */
export function orderOfOneWord(order: ByteOrder): 'ABCD' | 'BADC' {
  return order === 'BADC' || order === 'DCBA' ? 'BADC' : 'ABCD';
}

function swapBytes(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8);
}
