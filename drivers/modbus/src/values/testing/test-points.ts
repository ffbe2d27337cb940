import type { DataType, PointLayout } from '../../layout/point-layout.ts';
import { decodePoint, type Reading } from './decode-point.ts';

export type TestPoint = PointLayout & { readonly code: string };

export function holding(data_type: DataType, rest: Partial<PointLayout> = {}): TestPoint {
  return {
    code: 'p',
    table: 'holding_register',
    data_type,
    byte_order: 'ABCD',
    scale: 1,
    offset: 0,
    ...rest,
  };
}

/** A reading in short: the value; an exact integer as a bigint; a problem as text in brackets; uncertain in a list. */
function plain(reading: Reading): unknown {
  if (reading.kind === 'problem') return `(${reading.problem})`;
  const value = reading.kind === 'integer' ? BigInt(reading.digits) : reading.value;
  return reading.isUncertain ? [value, 'uncertain'] : value;
}
export const read = (point: TestPoint, raw: readonly number[] | readonly boolean[]) => {
  const readings = decodePoint(point, raw);
  return readings.length === 1 ? plain(readings[0] as Reading) : readings.map(plain);
};

/** A point of raw whole numbers. */
export const ranges = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-2147483648, 2147483647],
  uint32: [0, 4294967295],
  bcd16: [0, 9999],
  bcd32: [0, 99999999],
} as const;
export type RangedType = keyof typeof ranges;
