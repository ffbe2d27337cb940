import { isBitTable, type PointLayout, pointWidth, valueCodes } from '../layout/point-layout.ts';
import { isExactInteger } from '../values/decode.ts';
import { neverWritten } from '../values/never-written.ts';
import { rawRanges, type WholeType } from '../values/raw-ranges.ts';

/** A field that does not go with the others, in words for its author. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export type RuledPoint = PointLayout & {
  readonly code: string;
  /** Zero-based. */
  readonly address: number;
  readonly writable?: boolean | undefined;
  readonly report?:
    | { readonly deadband_absolute?: number | undefined; readonly deadband_percent?: number | undefined }
    | undefined;
};

/** Longest name of a value. */
const maxCodeLength = 128;

/** Fields of a point may each be right and still not fit together. Empty when they do. */
export function pointProblems(point: RuledPoint): readonly FieldProblem[] {
  return [
    ...extentProblems(point),
    ...partProblems(point),
    ...textProblems(point),
    ...numberProblems(point),
    ...enumerationProblems(point),
    ...reportProblems(point),
    ...writingProblems(point),
  ];
}

function* extentProblems(point: RuledPoint): Iterable<FieldProblem> {
  const { table, data_type, address, code, count } = point;
  // These five were taken from the beginning: they read 0 or 1.
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
  const longest = valueCodes(point).at(-1) ?? code;
  if (longest.length > maxCodeLength) {
    const message = `its last value is named ${longest}, which is longer than ${maxCodeLength} characters`;
    yield { field: 'code', message };
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

function* numberProblems(point: RuledPoint): Iterable<FieldProblem> {
  const { scale, offset, linear, precision, valid_min, valid_max } = point;
  const isPlain = scale === 1 && offset === 0;
  if (!isPlain && (isTextual(point) || point.enumeration)) {
    const field = scale === 1 ? 'offset' : 'scale';
    yield { field, message: `${whatText(point)} cannot be scaled: leave scale and offset out` };
  }
  for (const [field, value] of Object.entries({ linear, precision, valid_min, valid_max })) {
    if (value !== undefined && !hasNumber(point)) {
      yield { field, message: `only numbers have ${field}, not ${whatText(point)}` };
    }
  }
  if (precision !== undefined && isExactInteger(point)) {
    yield {
      field: 'precision',
      message: '64-bit integers without a scale are kept exactly: there is nothing to round',
    };
  }
  if (valid_min !== undefined && valid_max !== undefined && valid_min > valid_max) {
    yield { field: 'valid_min', message: `${valid_min} is above valid_max, ${valid_max}` };
  }
  if (!linear) return;
  if (!isPlain) {
    yield { field: 'linear', message: 'linear stands instead of scale and offset: leave these out' };
  }
  if (linear.raw_min === linear.raw_max || linear.eng_min === linear.eng_max) {
    yield { field: 'linear', message: 'both raw values, and both engineering values, must differ' };
  }
}

function* enumerationProblems(point: RuledPoint): Iterable<FieldProblem> {
  const { data_type, enumeration } = point;
  if (!enumeration) return;
  if (isTextual(point) || data_type.startsWith('float')) {
    yield {
      field: 'enumeration',
      message: `only whole numbers and bool have an enumeration, not ${data_type}`,
    };
    return;
  }
  const numbers = Object.keys(enumeration);
  if (numbers.length === 0) yield { field: 'enumeration', message: 'names no number' };
  const odd = numbers.find((number) => !canBe(point, number));
  if (odd !== undefined) {
    yield {
      field: 'enumeration',
      message: `${JSON.stringify(odd)} is no number that ${what(point)} can be${between(point)}`,
    };
  }
}

function* reportProblems(point: RuledPoint): Iterable<FieldProblem> {
  const { report } = point;
  const hasDeadband = report?.deadband_absolute !== undefined || report?.deadband_percent !== undefined;
  if (hasDeadband && !hasNumber(point)) {
    const message = `only numbers have a deadband, not ${whatText(point)}: without one, it is sent when it changes`;
    yield { field: 'report', message };
  }
}

function* writingProblems(point: RuledPoint): Iterable<FieldProblem> {
  const message = point.writable ? neverWritten(point) : undefined;
  if (message !== undefined) yield { field: 'writable', message };
}

/** Raw numbers of a point that is neither a text nor a fraction. */
function rangeOf({ table, data_type }: RuledPoint): readonly [bigint, bigint] {
  return data_type === 'bool' || isBitTable(table) ? [0n, 1n] : rawRanges[data_type as WholeType];
}

function canBe(point: RuledPoint, number: string): boolean {
  if (!/^(0|-?[1-9][0-9]{0,19})$/.test(number)) return false;
  const [min, max] = rangeOf(point);
  return BigInt(number) >= min && BigInt(number) <= max;
}

function between(point: RuledPoint): string {
  const [min, max] = rangeOf(point);
  return `, which holds ${min}…${max}`;
}

function isTextual({ data_type }: RuledPoint): boolean {
  return data_type === 'string' || data_type === 'unix_time32' || data_type === 'unix_time64';
}

function hasNumber(point: RuledPoint): boolean {
  return point.data_type !== 'bool' && !isTextual(point) && !point.enumeration;
}

function what({ table, data_type }: RuledPoint): string {
  return isBitTable(table) ? `a ${table}` : data_type;
}

function whatText(point: RuledPoint): string {
  return point.enumeration && point.data_type !== 'bool' ? 'an enumeration' : point.data_type;
}

/** Two points of one device whose values would have the same name: `a[0]` beside an array `a`. */
export function sameValueCodes(
  points: readonly { readonly code: string; readonly count?: number | undefined }[],
): readonly { readonly valueCode: string; readonly codes: readonly [string, string] }[] {
  // Only an array can name the value of another: the codes themselves are unique.
  const arrays = new Map(
    points.flatMap((point) => (point.count === undefined ? [] : [[point.code, point] as const])),
  );
  return points.flatMap(({ code, count }) => {
    const match = /^(.*)\[(0|[1-9][0-9]*)\]$/s.exec(code);
    const array = match ? arrays.get(match[1] ?? '') : undefined;
    const isNamed = array?.count !== undefined && Number(match?.[2]) < array.count;
    // An array `a[0]` names a[0][0]…, never a[0] itself.
    return isNamed && count === undefined ? [{ valueCode: code, codes: [array.code, code] as const }] : [];
  });
}
