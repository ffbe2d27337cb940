import { isSingleBit, isSingleByte, type PointExtent } from './point-layout.ts';

/** Why no value of the point is ever written, in words for operators; undefined when values are. */
export function neverWritten(point: PointExtent): string | undefined {
  const { table, count } = point;
  if (table === 'input_register' || table === 'discrete_input') {
    return `a point of the table ${table} cannot be written: only coils and holding registers can`;
  }
  if (isSingleBit(point) || isSingleByte(point)) {
    return 'a part of a register cannot be written: the rest of it would have to be read and written back, and what the device changed meanwhile would be lost';
  }
  if (count !== undefined) {
    return 'arrays cannot be written: make a point of the one element, without a count';
  }
  return undefined;
}
