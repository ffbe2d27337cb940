import { driverText } from '@holdfast/driver/texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { isSingleBit, isSingleByte, type PointExtent, type RegisterTable } from '../layout/point-layout.ts';
import { modbusText } from '../texts.ts';

/** Why the table cannot be written, or undefined for a table that can be written. */
export function tableNeverWritten(table: RegisterTable): Text | undefined {
  return table === 'input_register' || table === 'discrete_input'
    ? modbusText('table_not_writable', { table })
    : undefined;
}

/** Why Holdfast never writes this point, in words for operators, or undefined if it does. */
export function neverWritten(point: PointExtent): Text | undefined {
  const { table, count } = point;
  const ofTable = tableNeverWritten(table);
  if (ofTable !== undefined) return ofTable;
  if (isSingleBit(point) || isSingleByte(point)) {
    return modbusText('part_not_writable');
  }
  if (count !== undefined) {
    return driverText('array_not_writable');
  }
  return undefined;
}
