import type { PointFields } from '@holdfast/driver/point.ts';
import type { FieldProblem, Parsed } from '@holdfast/driver/spec.ts';
import { meaningProblems } from '@holdfast/driver/values/meaning-problems.ts';
import type { MelsecConnection } from '../layout/connection.ts';
import { type PlcPlace, parseNotation } from '../layout/notation.ts';
import type { MelsecPlace } from '../layout/place.ts';
import { widthOf } from '../layout/plc-extent.ts';
import { readLimits } from '../layout/read-limits.ts';
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
      message: `frames 1E do not reach ${symbol}: use a device that they reach, such as D or M, or frame 3E`,
    };
  }
  const { words, bits } = readLimits(connection);
  const most = unit === 'word' ? words : bits;
  const width = widthOf({ ...point, address }, place);
  if (width > most) {
    yield {
      field: point.count === undefined ? 'length' : 'count',
      message: `takes ${width} ${unit}s, and one read of this PLC gives ${most}: split it`,
    };
  }
}

function* typeProblems({ device, bit }: PlcPlace, { data_type }: PointFields): Iterable<FieldProblem> {
  const isBit = device.unit === 'bit' || bit !== undefined;
  if (isBit && data_type !== 'bool') {
    yield {
      field: 'data_type',
      message: `${device.symbol} names a single bit here: its data_type is bool, not ${data_type}`,
    };
  }
  if (['int8', 'uint8', 'float16'].includes(data_type)) {
    yield {
      field: 'data_type',
      message: `a PLC has words of 16 bits and no ${data_type}: use int16 or uint16`,
    };
  }
}

function* textProblems(
  { length, encoding }: MelsecPlace,
  { data_type }: PointFields,
): Iterable<FieldProblem> {
  if (data_type === 'string') {
    if (length === undefined) {
      yield { field: 'length', message: 'a string needs its length in words: half as many as it has bytes' };
    }
    return;
  }
  if (length !== undefined) {
    yield { field: 'length', message: `only a string has a length, not ${data_type}; an array has a count` };
  }
  if (encoding !== undefined) {
    yield { field: 'encoding', message: `only a string has an encoding, not ${data_type}` };
  }
}
