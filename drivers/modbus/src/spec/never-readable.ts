import type { FieldProblem } from '@holdfast/driver/spec.ts';
import { pointWidth } from '../layout/point-layout.ts';
import type { FlatDevice } from '../plan/flat-device.ts';
import { type AddressRange, mapReads } from '../plan/plan-reads.ts';
import { readLimits } from '../plan/read-limits.ts';

const reasons = {
  beyond_table_end: 'reaches beyond the last register',
  wider_than_device_limit: 'is wider than the largest read of the device',
  excluded: 'lies in a range that the profile of the device excludes',
} as const;

/** Points that no request can ever read. Points in learned ranges are not among them: a session just leaves them out. */
export function neverReadable(device: FlatDevice): readonly FieldProblem[] {
  const { unreadable } = mapReads(device.points, readLimits(device));
  if (unreadable.length === 0) return [];
  const learned = (device.profile?.excluded ?? []).filter((range) => range.learned);
  return unreadable
    .filter(({ point }) => !isWithin(point, learned))
    .map(({ point, reason }) => ({
      field: `points.${point.number}`,
      message: `${point.code}: it ${reasons[reason]}`,
    }));
}

function isWithin(point: FlatDevice['points'][number], ranges: readonly AddressRange[]): boolean {
  const { table, address } = point;
  const end = address + pointWidth(point);
  return ranges.some((range) => range.table === table && range.from < end && range.to >= address);
}
