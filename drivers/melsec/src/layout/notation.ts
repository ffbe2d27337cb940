import type { Text } from '@holdfast/texts/text.ts';
import { melsecText } from '../texts.ts';
import { deviceOf, type PlcDevice, type PlcSeries, radixOf } from './devices.ts';

/** A place in a PLC's memory. */
export interface PlcPlace {
  readonly device: PlcDevice;
  readonly number: number;
  /** Bit of a word, 0 the least significant. */
  readonly bit: number | undefined;
}

export type ParsedNotation =
  /** `text` is the canonical notation. */
  | { readonly ok: true; readonly place: PlcPlace; readonly text: string }
  | { readonly ok: false; readonly message: Text };

/** For schemas: matches every notation, also with numbers that a series may not have. */
export const notationPattern = '^[A-Za-z]{1,3}[0-9A-Fa-f]{1,8}(?:\\.[0-9A-Fa-f]{1,2})?$';

/** Numbers of devices have three bytes in requests. */
const lastNumber = 0xff_ffff;
const radixNames = {
  8: melsecText('octal'),
  10: melsecText('decimal'),
  16: melsecText('hexadecimal'),
} as const;

/**
 * An address as GX Works writes it: `D100`, `X1F`, `D100.3`, `D100.F`. One digit after the dot is hexadecimal,
 * as in GX Works; two digits are decimal (10…15).
 */
export function parseNotation(notation: string, series: PlcSeries): ParsedNotation {
  const upper = notation.trim().toUpperCase();
  const [, body = '', bitText] = /^([A-Z]+[0-9A-F]*)(?:\.([0-9A-F]{1,2}))?$/.exec(upper) ?? [];
  const device = longestDevice(body);
  if (!device) return refused(melsecText('not_an_address', { address: JSON.stringify(notation) }));
  const radix = radixOf(device, series);
  const digits = body.slice(device.symbol.length);
  if (!new RegExp(`^[${digitsOf(radix)}]+$`).test(digits)) {
    return refused(
      melsecText('other_radix', {
        address: JSON.stringify(notation),
        device: device.symbol,
        radix: radixNames[radix],
      }),
    );
  }
  const number = Number.parseInt(digits, radix);
  if (number > lastNumber)
    return refused(melsecText('number_too_large', { address: JSON.stringify(notation) }));
  const bit = bitText === undefined ? undefined : bitOf(bitText);
  if (bit !== undefined && device.unit === 'bit') {
    return refused(melsecText('bit_of_a_bit', { device: device.symbol, bit: `".${bitText}"` }));
  }
  if (bit !== undefined && !(bit <= 15))
    return refused(melsecText('bit_out_of_range', { address: JSON.stringify(notation) }));
  const place = { device, number, bit };
  return { ok: true, place, text: showPlace(place, series) };
}

export function showPlace({ device, number, bit }: PlcPlace, series: PlcSeries): string {
  return `${device.symbol}${inRadix(number, radixOf(device, series))}${bit === undefined ? '' : `.${inRadix(bit, 16)}`}`;
}

function inRadix(number: number, radix: number): string {
  return number.toString(radix).toUpperCase();
}

/** `SB1F` is SB, not S; `B1F` is B. */
function longestDevice(body: string): PlcDevice | undefined {
  return [3, 2, 1]
    .map((length) => deviceOf(body.slice(0, length)))
    .find((device) => device && device.symbol !== body);
}

function digitsOf(radix: 8 | 10 | 16): string {
  return radix === 16 ? '0-9A-F' : radix === 10 ? '0-9' : '0-7';
}

function bitOf(text: string): number {
  return Number.parseInt(text, text.length === 1 ? 16 : 10);
}

function refused(message: Text): ParsedNotation {
  return { ok: false, message };
}
