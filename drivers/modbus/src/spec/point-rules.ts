import type { FieldProblem } from '@holdfast/driver/spec.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import { meaningProblems, type PointToValidate } from '@holdfast/driver/values/meaning-problems.ts';
import type { Words } from '@holdfast/texts/text.ts';
import { isBitTable, type PointLayout, pointWidth } from '../layout/point-layout.ts';
import { bitName } from '../layout/table-name.ts';
import { modbusText } from '../texts.ts';
import { neverWritten } from '../values/never-written.ts';

export type { FieldProblem };

type BitTable = Parameters<typeof bitName>[0];

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
      message: modbusText('bit_table_needs_bool', { table: bitName(table as BitTable), type: data_type }),
    };
  }
  const last = address + pointWidth(point) - 1;
  if (last > 65_535) {
    const message =
      count === undefined
        ? modbusText('type_beyond_last_address', { type: data_type, address })
        : modbusText('array_beyond_last_address', { type: data_type, address, count });
    yield { field: 'address', message };
  }
}

function* partProblems(point: RuledPoint): Iterable<FieldProblem> {
  const { table, data_type, bit, byte } = point;
  if (bit !== undefined && (data_type !== 'bool' || isBitTable(table))) {
    yield { field: 'bit', message: modbusText('bit_only_of_bool', { type: what(point) }) };
  }
  if (byte !== undefined && data_type !== 'int8' && data_type !== 'uint8') {
    yield { field: 'byte', message: modbusText('byte_only_of_bytes', { type: what(point) }) };
  }
}

function* textProblems(point: RuledPoint): Iterable<FieldProblem> {
  const { data_type, length, encoding } = point;
  if (data_type === 'string') {
    if (length === undefined) {
      yield {
        field: 'length',
        message: modbusText('string_needs_registers'),
      };
    }
    return;
  }
  if (length !== undefined) {
    yield {
      field: 'length',
      message: driverText('length_only_of_string', { type: what(point) }),
    };
  }
  if (encoding !== undefined) {
    yield { field: 'encoding', message: driverText('encoding_only_of_string', { type: what(point) }) };
  }
}

function* writingProblems(point: RuledPoint): Iterable<FieldProblem> {
  const message = point.writable ? neverWritten(point) : undefined;
  if (message !== undefined) yield { field: 'writable', message };
}

function what({ table, data_type }: RuledPoint): Words {
  return isBitTable(table) ? bitName(table as BitTable) : data_type;
}
