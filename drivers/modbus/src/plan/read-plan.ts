import type { ModbusDevice, ModbusPoint } from '../layout/modbus-device.ts';
import type { ReadRequest } from '../layout/requests.ts';
import { markerReads } from './marker-reads.ts';
import { type ReadBlock as Block, mapReads, type PlannedPoint as Planned } from './plan-reads.ts';
import { readLimits } from './read-limits.ts';

export type PlannedPoint = Planned<ModbusPoint>;
export type ReadBlock = Block<ModbusPoint>;

/** The markers for requests that read all points of the device; see `markerReads`. */
export function markersOf(device: ModbusDevice): Pick<ReadRequest, 'markers'> {
  if (device.protocol === 'modbus_tcp') return {};
  return { markers: markerReads(mapReads(device.points, readLimits(device))) };
}
