import type { PlcMemory } from './plc-memory.ts';
import type { EndCodes, PlcRequest, Reply } from './plc-request.ts';

export interface PlcLimits {
  readonly words: number;
  readonly bits: number;
}

/** Does what a request asks for. @returns the answer */
export function carryOut(
  { device, number, count, isInBits, values }: PlcRequest,
  reply: Reply,
  plc: { readonly memory: PlcMemory; readonly limits: PlcLimits; readonly endCodes: EndCodes },
): Buffer {
  const { memory, limits, endCodes } = plc;
  const { symbol, unit } = device;
  // Bit devices in words of 16.
  const cells = unit === 'bit' && !isInBits ? count * 16 : count;
  const most = isInBits ? limits.bits : limits.words;
  if (count === 0 || count > most) return reply.refuse(endCodes.tooMany);
  if (values) {
    const written = cells === count ? values : values.flatMap(bitsOfWord);
    return memory.write(symbol, number, written) ? reply.answer([]) : reply.refuse(endCodes.beyond);
  }
  const read = memory.read(symbol, number, cells, Date.now());
  if (!read) return reply.refuse(endCodes.beyond);
  return reply.answer(cells === count ? [...read] : wordsOfBits([...read]));
}

function bitsOfWord(word: number): number[] {
  return Array.from({ length: 16 }, (_, index) => (word >> index) & 1);
}

/** Sixteen bits as a word, the first one the lowest. */
function wordsOfBits(bits: readonly number[]): number[] {
  return Array.from({ length: bits.length / 16 }, (_, word) =>
    bits.slice(word * 16, word * 16 + 16).reduce((sum, on, index) => sum | (on << index), 0),
  );
}
