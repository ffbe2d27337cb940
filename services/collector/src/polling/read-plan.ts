import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import {
  type ReadBlock as Block,
  mapReads,
  type PlannedPoint as Planned,
  planReads as planWithin,
  type ReadLimits,
  type UnreadablePoint as Unreadable,
} from '@holdfast/shared/domain/reading/plan-reads.ts';

export type PlannedPoint = Planned<PointConfig>;
export type ReadBlock = Block<PointConfig>;
export type UnreadablePoint = Unreadable<PointConfig>;

/** On a serial line so many registers cost about as much as another request: 16 are 37 ms at 9600 baud. */
const unneededOnASerialLine = 16;

type LimitedDevice = Pick<DeviceConfig, 'max_registers' | 'max_bits' | 'profile' | 'protocol'>;

export function readLimits({ max_registers, max_bits, profile, protocol }: LimitedDevice): ReadLimits {
  return {
    maxRegisters: max_registers,
    maxBits: max_bits,
    maxHole: profile?.max_hole ?? 0,
    excluded: profile?.excluded ?? [],
    maxUnneeded: protocol === 'modbus_tcp' ? Number.POSITIVE_INFINITY : unneededOnASerialLine,
  };
}

/** The requests of a tick in which every point is due. */
export function planReads(device: DeviceConfig): readonly ReadBlock[] {
  const map = mapReads(device.points, readLimits(device));
  return planWithin(map, map.readable);
}

export function unreadablePoints(device: DeviceConfig): readonly UnreadablePoint[] {
  return mapReads(device.points, readLimits(device)).unreadable;
}
