import type { DevicePoint } from '@holdfast/driver/device.ts';
import type { PointValue } from '@holdfast/driver/point.ts';
import type { Command } from '@holdfast/driver/requests.ts';
import type { FieldProblem } from '@holdfast/driver/spec.ts';
import { inHexadecimal } from '@holdfast/driver/values/in-hexadecimal.ts';
import { RefusedValue } from '@holdfast/driver/values/raw-value.ts';
import type { MelsecConnection } from '../layout/connection.ts';
import type { MelsecPlace } from '../layout/place.ts';
import { placeOf } from '../layout/plc-extent.ts';
import type { McRequest } from '../layout/requests.ts';
import { neverWritten } from '../values/never-written.ts';
import { plcCells } from '../values/plc-value.ts';

export interface MelsecCommand extends Command {
  readonly request: McRequest;
}

/** The request that writes the value to a point, or why there is none: for this value, or for the point as a whole. */
export function writeCommand(
  point: DevicePoint<MelsecPlace>,
  value: PointValue,
  connection: MelsecConnection,
): MelsecCommand | FieldProblem {
  const place = placeOf(point, connection.series);
  const { device, number } = place;
  const never = neverWritten(place, point.count);
  if (never !== undefined) return { field: 'writable', message: never };
  try {
    const values = plcCells(point, place, value);
    const sent = inHexadecimal(device.unit === 'bit' ? values.map(Boolean) : values);
    return { sent, request: { route: connection, device, number, count: values.length, values } };
  } catch (error) {
    if (error instanceof RefusedValue) return { field: 'value', message: error.text };
    throw error;
  }
}
