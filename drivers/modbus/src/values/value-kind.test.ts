import { type ValueKind, valueKind } from '@holdfast/driver/values/value-kind.ts';
import { describe, expect, it } from 'vitest';
import {
  type DataType,
  dataTypes,
  isBitTable,
  type RegisterTable,
  registersPerValue,
} from '../layout/point-layout.ts';
import { decodePoint } from './testing/decode-point.ts';
import { holding } from './testing/test-points.ts';

const kindOf = (value: unknown): ValueKind =>
  typeof value === 'boolean' ? 'truth' : typeof value === 'string' ? 'text' : 'number';

describe('the kind of a point', () => {
  const plain = dataTypes.map((data_type) => ({ table: 'holding_register' as RegisterTable, data_type }));
  const bits = (['bool', 'uint16'] as DataType[]).map((data_type) => ({
    table: 'coil' as RegisterTable,
    data_type,
  }));
  it.each([...plain, ...bits])(
    '$data_type in a $table is that of what is decoded',
    ({ table, data_type }) => {
      for (const enumeration of [undefined, { '0': 'off' }]) {
        const isNamed = enumeration !== undefined;
        if (isNamed && /string|time|float/.test(data_type)) continue;
        const point = holding(data_type, {
          table,
          length: data_type === 'string' ? 2 : undefined,
          enumeration,
        });
        const width = isBitTable(table) ? 1 : registersPerValue(point);
        const [reading] = decodePoint(point, isBitTable(table) ? [false] : new Array(width).fill(0));
        const decoded = reading?.kind === 'value' ? kindOf(reading.value) : 'number';
        expect([reading?.kind === 'problem', decoded]).toEqual([false, valueKind(point)]);
      }
    },
  );
});
