import type { PointMeaning } from '@holdfast/driver/point.ts';
import type { TextEncoding } from '@holdfast/driver/values/device-text.ts';
import type { ByteOrder } from '@holdfast/driver/values/word-order.ts';
import { wordsPerValue as registersPerValue } from '@holdfast/driver/values/word-value.ts';

export { type DataType, dataTypes, type LinearRange, valueCodes } from '@holdfast/driver/point.ts';
export { type TextEncoding, textEncodings } from '@holdfast/driver/values/device-text.ts';
export { type ByteOrder, byteOrders } from '@holdfast/driver/values/word-order.ts';
export { registersPerValue };

export const registerTables = ['coil', 'discrete_input', 'input_register', 'holding_register'] as const;
export type RegisterTable = (typeof registerTables)[number];

/** The fields that decide how a point is laid out in its table and what its raw data mean; a PointConfig has all of them. */
export interface PointLayout extends PointMeaning {
  readonly table: RegisterTable;
  readonly byte_order: ByteOrder;
  /** Bit of a bool in a register, 0 the least significant; without it any non-zero register is true. */
  readonly bit?: number | undefined;
  /** Byte of an int8 or uint8. Unless set, a single value is the low byte, and an array begins with the high byte. */
  readonly byte?: 'high' | 'low' | undefined;
  /** Registers of a string. */
  readonly length?: number | undefined;
  /** Encoding of a string; ASCII unless set. */
  readonly encoding?: TextEncoding | undefined;
  /** Makes the point an array of this many values, one after the other. */
  readonly count?: number | undefined;
}

/** The fields that decide how wide a point is. */
export type PointExtent = Pick<PointLayout, 'table' | 'data_type'> &
  Partial<Pick<PointLayout, 'bit' | 'byte' | 'length' | 'count'>>;

export function isBitTable(table: RegisterTable): boolean {
  return table === 'coil' || table === 'discrete_input';
}

/**
 * Registers, or bits of a bit table, that the point occupies from its address on. Arrays of bytes, and of single bits
 * of registers, are packed: each value begins where the one before it ended.
 */
export function pointWidth(point: PointExtent): number {
  const last = valueExtent(point, (point.count ?? 1) - 1);
  return last.offset + last.width;
}

/** The registers or bits that hold the point's value `index`. @returns `offset` from the address of the point */
export function valueExtent(
  point: PointExtent,
  index: number,
): { readonly offset: number; readonly width: number } {
  if (isBitTable(point.table)) return { offset: index, width: 1 };
  if (isSingleBit(point)) return { offset: ((point.bit ?? 0) + index) >>> 4, width: 1 };
  if (isSingleByte(point)) return { offset: (firstByte(point) + index) >>> 1, width: 1 };
  const width = registersPerValue(point);
  return { offset: index * width, width };
}

/** A bool that is one bit of a register. */
export function isSingleBit({ table, data_type, bit }: PointExtent): boolean {
  return data_type === 'bool' && bit !== undefined && !isBitTable(table);
}

/** A value that is one of a register's two bytes. */
export function isSingleByte({ table, data_type }: PointExtent): boolean {
  return (data_type === 'int8' || data_type === 'uint8') && !isBitTable(table);
}

/** 0 when the (first) value is the high byte of the first register, 1 for the low one. */
export function firstByte({ byte, count }: PointExtent): 0 | 1 {
  return (byte ?? (count === undefined ? 'low' : 'high')) === 'high' ? 0 : 1;
}
