import type { PointFields } from '@holdfast/driver/point.ts';
import type { FieldProblem, Parsed } from '@holdfast/driver/spec.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import { meaningProblems } from '@holdfast/driver/values/meaning-problems.ts';
import type { MelsecConnection } from '../layout/connection.ts';
import { type PlcPlace, parseNotation } from '../layout/notation.ts';
import type { MelsecPlace } from '../layout/place.ts';
import { widthOf } from '../layout/plc-extent.ts';
import { readLimits } from '../layout/read-limits.ts';
import { melsecText } from '../texts.ts';
import { neverWritten } from '../values/never-written.ts';

/** The address in its canonical notation, or what is wrong: with the address, or with how other fields fit it. */
export function parsePlace(
  fields: MelsecPlace,
  point: PointFields,
  connection: MelsecConnection,
): Parsed<MelsecPlace> {
  const parsed = parseNotation(fields.address, connection.series);
  if (!parsed.ok) return { ok: false, problems: [{ field: 'address', message: parsed.message }] };
  const address = { ...fields, address: parsed.text };
  const { place } = parsed;
  const problems = [
    ...addressProblems(place, address, point, connection),
    ...typeProblems(place, point),
    ...textProblems(address, point),
    ...meaningProblems(point, {
      name: place.device.unit === 'bit' ? `a ${place.device.symbol}` : point.data_type,
      isBit: place.device.unit === 'bit',
    }),
  ];
  const never = point.writable ? neverWritten(place, point.count) : undefined;
  if (never !== undefined) problems.push({ field: 'writable', message: never });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, address };
}

function* addressProblems(
  place: PlcPlace,
  address: MelsecPlace,
  point: PointFields,
  connection: MelsecConnection,
): Iterable<FieldProblem> {
  const { symbol, unit, code1e } = place.device;
  if (connection.frame === '1E' && code1e === undefined) {
    yield {
      field: 'address',
      message: melsecText('not_in_frames_1e', { device: symbol }),
    };
  }
  const { words, bits } = readLimits(connection);
  const most = unit === 'word' ? words : bits;
  const width = widthOf({ ...point, address }, place);
  if (width > most) {
    yield {
      field: point.count === undefined ? 'length' : 'count',
      message: melsecText('wider_than_one_read', {
        ...{ width, most },
        unit: driverText(unit === 'word' ? 'unit_words' : 'unit_bits'),
      }),
    };
  }
}

function* typeProblems({ device, bit }: PlcPlace, { data_type }: PointFields): Iterable<FieldProblem> {
  const isBit = device.unit === 'bit' || bit !== undefined;
  if (isBit && data_type !== 'bool') {
    yield {
      field: 'data_type',
      message: melsecText('bit_device_needs_bool', { device: device.symbol, type: data_type }),
    };
  }
  if (['int8', 'uint8', 'float16'].includes(data_type)) {
    yield {
      field: 'data_type',
      message: melsecText('no_bytes_in_plc', { type: data_type }),
    };
  }
}

function* textProblems(
  { length, encoding }: MelsecPlace,
  { data_type }: PointFields,
): Iterable<FieldProblem> {
  if (data_type === 'string') {
    if (length === undefined) {
      yield { field: 'length', message: melsecText('string_needs_words') };
    }
    return;
  }
  if (length !== undefined) {
    yield { field: 'length', message: driverText('length_only_of_string', { type: data_type }) };
  }
  if (encoding !== undefined) {
    yield { field: 'encoding', message: driverText('encoding_only_of_string', { type: data_type }) };
  }
}
