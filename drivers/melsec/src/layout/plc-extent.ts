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
export function widthOf(point: Omit<Placed, 'code'>, place: PlcPlace): number {
  const last = valueExtent(point, place, (point.count ?? 1) - 1);
  return last.offset + last.width;
}

/** The words or bits that hold the point's value `index`. @returns `offset` from the number of the point */
export function valueExtent(
  { data_type, address }: Omit<Placed, 'code' | 'count'>,
  { device, bit }: PlcPlace,
  index: number,
): { readonly offset: number; readonly width: number } {
  if (device.unit === 'bit') return { offset: index, width: 1 };
  if (bit !== undefined) return { offset: (bit + index) >>> 4, width: 1 };
  const width = wordsPerValue({ data_type, length: address.length });
  return { offset: index * width, width };
}
