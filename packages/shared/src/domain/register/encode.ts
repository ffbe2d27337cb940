import { reorderBytes } from './decode.ts';
import { isBitTable, type PointLayout, pointWidth } from './point-layout.ts';

/**
 * The registers (or the bit) that decode to the value: the inverse of `decodePoint`, for devices that we play.
 * Integer types round to the nearest raw value.
 * @throws RangeError when the value does not fit the data type
 */
export function encodePoint(point: PointLayout, value: number | boolean): number[] | boolean[] {
  if (point.data_type === 'bool') return isBitTable(point.table) ? [Boolean(value)] : [value ? 1 : 0];
  const raw = (Number(value) - point.offset) / point.scale;
  if (isBitTable(point.table)) return [Math.round(raw) !== 0];

  const width = pointWidth(point);
  const view = new DataView(new ArrayBuffer(4));
  switch (point.data_type) {
    case 'int16':
      view.setInt16(0, whole(raw, -0x8000, 0x7fff));
      break;
    case 'uint16':
      view.setUint16(0, whole(raw, 0, 0xffff));
      break;
    case 'int32':
      view.setInt32(0, whole(raw, -0x8000_0000, 0x7fff_ffff));
      break;
    case 'uint32':
      view.setUint32(0, whole(raw, 0, 0xffff_ffff));
      break;
    case 'float32':
      view.setFloat32(0, raw);
      break;
    default:
      point.data_type satisfies never;
  }
  const wire = new DataView(reorderBytes(new Uint8Array(view.buffer), width, point.byte_order).buffer);
  return width === 1 ? [wire.getUint16(0)] : [wire.getUint16(0), wire.getUint16(2)];
}

function whole(raw: number, min: number, max: number): number {
  const rounded = Math.round(raw);
  if (!(rounded >= min && rounded <= max)) throw new RangeError(`raw value ${raw} is not in ${min}…${max}`);
  return rounded;
}
