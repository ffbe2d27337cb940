import type { FieldProblem } from '@holdfast/driver/spec.ts';
import { meaningProblems, type PointToValidate } from '@holdfast/driver/values/meaning-problems.ts';
import { isBitTable, type PointLayout, pointWidth } from '../layout/point-layout.ts';
import { neverWritten } from '../values/never-written.ts';

export type { FieldProblem };

export type RuledPoint = PointLayout &
  PointToValidate & {
    /** Zero-based. */
    readonly address: number;
    readonly writable?: boolean | undefined;
  };

/** Problems of fields that are each right but do not fit together. Empty when they fit. */
export function pointProblems(point: RuledPoint): readonly FieldProblem[] {
  return [
    ...extentProblems(point),
    ...partProblems(point),
    ...textProblems(point),
    ...meaningProblems(point, { name: what(point), isBit: isBitTable(point.table) }),
    ...writingProblems(point),
  ];
}

function* extentProblems(point: RuledPoint): Iterable<FieldProblem> {
  const { table, data_type, address, count } = point;
  // The numbers among these types have always been accepted. They read 0 or 1.
  const bitTypes: readonly string[] = ['bool', 'int16', 'uint16', 'int32', 'uint32', 'float32'];
  if (isBitTable(table) && !bitTypes.includes(data_type)) {
    yield {
      field: 'data_type',
      message: `a ${table} is a single bit: its data_type is bool, not ${data_type}`,
    };
  }
  const last = address + pointWidth(point) - 1;
  if (last > 65_535) {
    const what = count === undefined ? data_type : `an array of ${count} ${data_type}`;
    yield { field: 'address', message: `${what} at ${address} needs an address after the last one` };
  }
}

function* partProblems(point: RuledPoint): Iterable<FieldProblem> {
  const { table, data_type, bit, byte } = point;
  if (bit !== undefined && (data_type !== 'bool' || isBitTable(table))) {
    yield { field: 'bit', message: `only a bool in a register has a bit, not ${what(point)}` };
  }
  if (byte !== undefined && data_type !== 'int8' && data_type !== 'uint8') {
    yield { field: 'byte', message: `only int8 and uint8 have a byte, not ${what(point)}` };
  }
}

function* textProblems(point: RuledPoint): Iterable<FieldProblem> {
  const { data_type, length, encoding } = point;
  if (data_type === 'string') {
    if (length === undefined) {
      yield {
        field: 'length',
        message: 'a string needs its length in registers: half as many as it has bytes',
      };
    }
    return;
  }
  if (length !== undefined) {
    yield {
      field: 'length',
      message: `only a string has a length, not ${what(point)}; an array has a count`,
    };
  }
  if (encoding !== undefined) {
    yield { field: 'encoding', message: `only a string has an encoding, not ${what(point)}` };
  }
}

function* writingProblems(point: RuledPoint): Iterable<FieldProblem> {
  const message = point.writable ? neverWritten(point) : undefined;
  if (message !== undefined) yield { field: 'writable', message };
}

function what({ table, data_type }: RuledPoint): string {
  return isBitTable(table) ? `a ${table}` : data_type;
}
