import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import {
  type ReadBlock as Block,
  mapReads,
  type PlannedPoint as Planned,
} from '@holdfast/shared/domain/reading/plan-reads.ts';
import { readLimits } from '@holdfast/shared/domain/reading/read-limits.ts';
import type { ReadRequest } from '../ports.ts';
import { markerReads } from './marker-reads.ts';

export type PlannedPoint = Planned<PointConfig>;
export type ReadBlock = Block<PointConfig>;

/** The markers that requests carry along which read the device's points as a whole; see `markerReads`. */
export function markersOf(device: DeviceConfig): Pick<ReadRequest, 'markers'> {
  if (device.protocol === 'modbus_tcp') return {};
  return { markers: markerReads(mapReads(device.points, readLimits(device))) };
}
