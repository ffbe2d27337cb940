import type { PointFields } from '@holdfast/driver/point.ts';
import { wordsPerValue } from '@holdfast/driver/values/word-value.ts';
import type { PlcSeries } from './devices.ts';
import { type PlcPlace, parseNotation } from './notation.ts';
import type { MelsecPlace } from './place.ts';

type Placed = Pick<PointFields, 'code' | 'count' | 'data_type'> & { readonly address: MelsecPlace };

/** @throws RangeError for an address that the series does not have; the spec refuses it beforehand */
export function placeOf({ code, address }: Pick<Placed, 'code' | 'address'>, series: PlcSeries): PlcPlace {
  const parsed = parseNotation(address.address, series);
  if (!parsed.ok) throw new RangeError(`${code}: ${parsed.message}`);
  return parsed.place;
}

/** Words or bits that a point takes from its number on. Arrays of single bits of words are packed. */
export function widthOf(
  { count = 1, data_type, address }: Omit<Placed, 'code'>,
  { device, bit }: PlcPlace,
): number {
  if (device.unit === 'bit') return count;
  if (bit !== undefined) return Math.ceil((bit + count) / 16);
  return count * wordsPerValue({ data_type, length: address.length });
}
