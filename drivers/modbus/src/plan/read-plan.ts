import type { ModbusDevice, ModbusPoint } from '../layout/modbus-device.ts';
import type { ReadRequest } from '../layout/requests.ts';
import { markerReads } from './marker-reads.ts';
import { type ReadBlock as Block, mapReads, type PlannedPoint as Planned } from './plan-reads.ts';
import { readLimits } from './read-limits.ts';

export type PlannedPoint = Planned<ModbusPoint>;
export type ReadBlock = Block<ModbusPoint>;

/** The markers that requests carry along which read the device's points as a whole; see `markerReads`. */
export function markersOf(device: ModbusDevice): Pick<ReadRequest, 'markers'> {
  if (device.protocol === 'modbus_tcp') return {};
  return { markers: markerReads(mapReads(device.points, readLimits(device))) };
}
