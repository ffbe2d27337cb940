import type { ByteOrder } from '../layout/point-layout.ts';

/** Registers as 0…65535. */
export type Registers = ArrayLike<number>;

/** Word `index` of a value that begins at `at`, 0 the most significant. */
export type WordReader = (raw: Registers, at: number, index: number) => number;

/** For values of so many registers in this order. */
export function wordReader(order: ByteOrder, registers: number): WordReader {
  const last = registers - 1;
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

/** Words, the most significant first, as they lie in registers. Each of the four orders undoes itself. */
export function orderWords(words: readonly number[], order: ByteOrder): number[] {
  const read = wordReader(order, words.length);
  return words.map((_, index) => read(words, 0, index));
}

/** One register alone, and each register of a string, has only an order of bytes. */
export function orderOfOneRegister(order: ByteOrder): 'ABCD' | 'BADC' {
  return order === 'BADC' || order === 'DCBA' ? 'BADC' : 'ABCD';
}

function swapBytes(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8);
}
