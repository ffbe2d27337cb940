import type { DataType, PointMeaning } from '../point.ts';

const wholeTypes: ReadonlySet<DataType> = new Set([
  ...(['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32'] as const),
  ...(['bcd16', 'bcd32'] as const),
]);

/** Whether all values of a point are whole numbers, which a double holds exactly: counters and states, not measurements. */
export function isWholeNumber({ data_type, scale, offset, linear, enumeration }: PointMeaning): boolean {
  if (linear || enumeration || !wholeTypes.has(data_type)) return false;
  return Number.isInteger(scale) && Number.isInteger(offset);
}
