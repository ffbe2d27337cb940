import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { mapReads, planReads as planWithin } from '../plan-reads.ts';
import { readLimits } from '../read-limits.ts';
import type { ReadBlock } from '../read-plan.ts';

/** The requests of a tick in which every point is due. */
export function planReads(device: DeviceConfig): readonly ReadBlock[] {
  const map = mapReads(device.points, readLimits(device));
  return planWithin(map, map.readable);
}
