import { isSingleBit, isSingleByte, type PointExtent, type RegisterTable } from '../layout/point-layout.ts';

/** Why the table cannot be written, or undefined for a table that can be written. */
export function tableNeverWritten(table: RegisterTable): string | undefined {
  return table === 'input_register' || table === 'discrete_input'
    ? `a point of the table ${table} cannot be written: only coils and holding registers can`
    : undefined;
}

/** Why Holdfast never writes this point, in words for operators, or undefined if it does. */
export function neverWritten(point: PointExtent): string | undefined {
  const { table, count } = point;
  const ofTable = tableNeverWritten(table);
  if (ofTable !== undefined) return ofTable;
  if (isSingleBit(point) || isSingleByte(point)) {
    return 'a part of a register cannot be written: the rest of it would have to be read and written back, and what the device changed meanwhile would be lost';
  }
  if (count !== undefined) {
    return 'arrays cannot be written: make a point of the one element, without a count';
  }
  return undefined;
}
