import type { PlcPlace } from '../layout/notation.ts';

/** Why Holdfast never writes this point, in words for operators, or undefined if it does. */
export function neverWritten({ device, bit }: PlcPlace, count: number | undefined): string | undefined {
  if (bit !== undefined) {
    return 'a bit of a word cannot be written: the word would have to be read and written back, and what the program changed meanwhile would be lost; have the program take it from a relay, such as M100';
  }
  if (count !== undefined) {
    return 'arrays cannot be written: make a point of the one element, without a count';
  }
  if (device.symbol === 'X') {
    return 'an input cannot be written: the PLC overwrites it in its next scan; have the program take the value from a relay, such as M100';
  }
  return undefined;
}
