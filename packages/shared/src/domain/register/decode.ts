import { type ByteOrder, isBitTable, type PointLayout, pointWidth } from './point-layout.ts';

/** Raw content of one point: registers as 0…65535, or bits. */
export type RawPoint = readonly number[] | readonly boolean[];

/**
 * Why raw data is no value. Devices send NaN and infinities for "sensor broken" or "not measured": they are
 * facts about the point, but no JSON number and no database field.
 */
export type PointProblem = 'not_a_number' | 'infinite' | 'incomplete';

export type DecodedPoint =
  | { readonly ok: true; readonly value: number | boolean }
  | { readonly ok: false; readonly problem: PointProblem };

/**
 * The engineering value of one point. `raw` holds exactly its registers or bits.
 * `bool` is true for any register but 0. A number type on a bit table reads as 0 or 1 before scaling.
 */
export function decodePoint(point: PointLayout, raw: RawPoint): DecodedPoint {
  const first = raw[0];
  if (first === undefined || raw.length < pointWidth(point)) return { ok: false, problem: 'incomplete' };
  if (point.data_type === 'bool') return { ok: true, value: Number(first) !== 0 };
  if (isBitTable(point.table)) return scaled(Number(first), point);

  const bytes = wireBytes(raw, point);
  switch (point.data_type) {
    case 'int16':
      return scaled(bytes.getInt16(0), point);
    case 'uint16':
      return scaled(bytes.getUint16(0), point);
    case 'int32':
      return scaled(bytes.getInt32(0), point);
    case 'uint32':
      return scaled(bytes.getUint32(0), point);
    case 'float32':
      return scaled(bytes.getFloat32(0), point);
    default:
      return point.data_type satisfies never;
  }
}

/** The registers as a big-endian number: ABCD, or AB. */
function wireBytes(raw: RawPoint, point: PointLayout): DataView {
  const wire = new Uint8Array(4);
  const view = new DataView(wire.buffer);
  view.setUint16(0, Number(raw[0]));
  if (pointWidth(point) === 2) view.setUint16(2, Number(raw[1]));
  return new DataView(reorderBytes(wire, pointWidth(point), point.byte_order).buffer);
}

/** Each of the four orders undoes itself, so one function serves both ways. */
export function reorderBytes(
  bytes: Uint8Array<ArrayBuffer>,
  registers: 1 | 2,
  order: ByteOrder,
): Uint8Array<ArrayBuffer> {
  const swapsBytes = order === 'BADC' || order === 'DCBA';
  const swapsWords = registers === 2 && (order === 'CDAB' || order === 'DCBA');
  const reordered = new Uint8Array(bytes.length);
  for (let to = 0; to < registers * 2; to++) {
    const from = (swapsBytes ? to ^ 1 : to) ^ (swapsWords ? 2 : 0);
    reordered[to] = bytes[from] ?? 0;
  }
  return reordered;
}

function scaled(raw: number, point: PointLayout): DecodedPoint {
  const value = scaleRaw(raw, point.scale) + point.offset;
  if (Number.isNaN(value)) return { ok: false, problem: 'not_a_number' };
  if (!Number.isFinite(value)) return { ok: false, problem: 'infinite' };
  return { ok: true, value };
}

/**
 * 0.1 has no exact binary form: 3 × 0.1 is 0.30000000000000004. Where the scale is one over a whole number, the
 * division gives the double next to the decimal value that was meant, 0.3.
 */
function scaleRaw(raw: number, scale: number): number {
  const divisor = 1 / scale;
  return Math.abs(divisor) > 1 && Number.isInteger(divisor) ? raw / divisor : raw * scale;
}
