import { driverText } from '@holdfast/driver/texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { PlcPlace } from '../layout/notation.ts';
import { melsecText } from '../texts.ts';

/** Why Holdfast never writes this point, in words for operators, or undefined if it does. */
export function neverWritten({ device, bit }: PlcPlace, count: number | undefined): Text | undefined {
  if (bit !== undefined) {
    return melsecText('bit_of_word_not_writable');
  }
  if (count !== undefined) {
    return driverText('array_not_writable');
  }
  if (device.symbol === 'X') {
    return melsecText('input_not_writable');
  }
  return undefined;
}
