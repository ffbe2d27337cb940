import type { Words } from '@holdfast/texts/text.ts';
import { type PointMeaning, valueCodes } from '../point.ts';
import type { FieldProblem } from '../spec.ts';
import { driverText } from '../texts.ts';
import { isExactInteger } from './emit-value.ts';
import { rawRanges, type WholeType } from './raw-ranges.ts';

export interface PointToValidate extends PointMeaning {
  readonly code: string;
  readonly count?: number | undefined;
  readonly report?:
    | { readonly deadband_absolute?: number | undefined; readonly deadband_percent?: number | undefined }
    | undefined;
}

/** The origin of a point's raw values. */
export interface RawSource {
  /** For messages: the point's data type, or 'a coil'. */
  readonly name: Words;
  /** Whether raw values are 0 and 1, whatever the data type says. */
  readonly isBit: boolean;
}

/** Longest name of a value. */
const maxCodeLength = 128;

/** Contradictions between the fields that define a point's raw values, in any protocol. */
export function meaningProblems(point: PointToValidate, source: RawSource): readonly FieldProblem[] {
  return [
    ...nameProblems(point),
    ...numberProblems(point, source),
    ...enumerationProblems(point, source),
    ...reportProblems(point),
  ];
}

function* nameProblems(point: PointToValidate): Iterable<FieldProblem> {
  const longest = valueCodes(point).at(-1) ?? point.code;
  if (longest.length <= maxCodeLength) return;
  const message = driverText('value_name_too_long', { name: longest, max: maxCodeLength });
  yield { field: 'code', message };
}

function* numberProblems(point: PointToValidate, { isBit }: RawSource): Iterable<FieldProblem> {
  const { scale, offset, linear, precision, valid_min, valid_max } = point;
  const isPlain = scale === 1 && offset === 0;
  if (!isPlain && (isTextual(point) || point.enumeration)) {
    const field = scale === 1 ? 'offset' : 'scale';
    yield { field, message: driverText('cannot_be_scaled', { type: whatText(point) }) };
  }
  for (const [field, value] of Object.entries({ linear, precision, valid_min, valid_max })) {
    if (value !== undefined && !hasNumber(point)) {
      yield { field, message: driverText('field_only_of_numbers', { field, type: whatText(point) }) };
    }
  }
  if (precision !== undefined && !isBit && isExactInteger(point)) {
    yield {
      field: 'precision',
      message: driverText('nothing_to_round'),
    };
  }
  if (valid_min !== undefined && valid_max !== undefined && valid_min > valid_max) {
    yield { field: 'valid_min', message: driverText('above_valid_max', { min: valid_min, max: valid_max }) };
  }
  if (!linear) return;
  if (!isPlain) {
    yield { field: 'linear', message: driverText('linear_or_scale') };
  }
  if (linear.raw_min === linear.raw_max || linear.eng_min === linear.eng_max) {
    yield { field: 'linear', message: driverText('linear_values_differ') };
  }
}

function* enumerationProblems(point: PointToValidate, source: RawSource): Iterable<FieldProblem> {
  const { data_type, enumeration } = point;
  if (!enumeration) return;
  if (isTextual(point) || data_type.startsWith('float')) {
    yield {
      field: 'enumeration',
      message: driverText('enumeration_only_of_whole', { type: data_type }),
    };
    return;
  }
  const numbers = Object.keys(enumeration);
  if (numbers.length === 0) yield { field: 'enumeration', message: driverText('enumeration_is_empty') };
  const range =
    source.isBit || data_type === 'bool' ? ([0n, 1n] as const) : rawRanges[data_type as WholeType];
  const odd = numbers.find((number) => !isWithin(range, number));
  if (odd !== undefined) {
    yield {
      field: 'enumeration',
      message: driverText('enumerated_number_out_of_range', {
        number: JSON.stringify(odd),
        type: source.name,
        range: `${range[0]}…${range[1]}`,
      }),
    };
  }
}

function* reportProblems(point: PointToValidate): Iterable<FieldProblem> {
  const { report } = point;
  const hasDeadband = report?.deadband_absolute !== undefined || report?.deadband_percent !== undefined;
  if (hasDeadband && !hasNumber(point)) {
    const message = driverText('deadband_only_of_numbers', { type: whatText(point) });
    yield { field: 'report', message };
  }
}

function isWithin([min, max]: readonly [bigint, bigint], number: string): boolean {
  if (!/^(0|-?[1-9][0-9]{0,19})$/.test(number)) return false;
  return BigInt(number) >= min && BigInt(number) <= max;
}

function isTextual({ data_type }: PointToValidate): boolean {
  return data_type === 'string' || data_type === 'unix_time32' || data_type === 'unix_time64';
}

function hasNumber(point: PointToValidate): boolean {
  return point.data_type !== 'bool' && !isTextual(point) && !point.enumeration;
}

function whatText(point: PointToValidate): Words {
  return point.enumeration && point.data_type !== 'bool' ? driverText('an_enumeration') : point.data_type;
}
