import type { Device } from '@holdfast/driver/device.ts';
import { PointList } from '@holdfast/driver/point-list.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { ModbusConnection } from '../../layout/connection.ts';
import type { ModbusDevice, ModbusPoint } from '../../layout/modbus-device.ts';
import type { ModbusPlace } from '../../layout/place.ts';
import { flatDevice, flatPoints } from '../flat-device.ts';
import { mapReads, planReads as planWithin } from '../plan-reads.ts';
import { readLimits } from '../read-limits.ts';
import type { ReadBlock } from '../read-plan.ts';

/** A device of a snapshot with its fields made flat. */
export function flattened(config: DeviceConfig) {
  const device = config as unknown as Device<ModbusConnection, ModbusPlace>;
  return flatDevice(device, flatPoints(new PointList(device.points)));
}

/** The requests of a tick in which every point is due. */
export function planReads<P extends ModbusPoint>(device: ModbusDevice<P>): readonly ReadBlock[] {
  const map = mapReads(device.points, readLimits(device));
  return planWithin(map, map.readable);
}
