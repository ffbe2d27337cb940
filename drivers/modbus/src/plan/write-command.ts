import type { PointValue } from '@holdfast/driver/point.ts';
import type { Command } from '@holdfast/driver/requests.ts';
import type { FieldProblem } from '@holdfast/driver/spec.ts';
import { inHexadecimal } from '@holdfast/driver/values/in-hexadecimal.ts';
import type { ModbusPoint } from '../layout/modbus-device.ts';
import type { RequestOptions, WriteRequest } from '../layout/requests.ts';
import { encodeValidValue } from '../values/encode.ts';
import { neverWritten } from '../values/never-written.ts';

export interface ModbusCommand extends Command {
  readonly request: WriteRequest;
}

/** The request that writes the value to a point, or why there is none: for this value, or for the point as a whole. */
export function writeCommand(
  point: ModbusPoint,
  value: PointValue,
  options: RequestOptions,
): ModbusCommand | FieldProblem {
  const never = neverWritten(point);
  if (never !== undefined) return { field: 'writable', message: never };
  const encoded = encodeValidValue(point, value);
  if (!encoded.ok) return { field: 'value', message: encoded.message };
  const { raw } = encoded;
  const { address } = point;
  const to = { ...options, address };
  const request: WriteRequest =
    point.table === 'coil'
      ? { ...to, functionCode: raw.length === 1 ? 5 : 15, values: raw.map(Boolean) }
      : { ...to, functionCode: raw.length === 1 ? 6 : 16, values: raw.map(Number) };
  return { sent: inHexadecimal(request.values), request };
}
