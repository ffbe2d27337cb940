import type { DeviceCreate } from '@holdfast/shared/contracts/http/device-http.ts';
import type { Validated } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import { newDeviceRow } from '../configuration/bulk/row-verdicts.ts';
import {
  deletionOf,
  type PointRow,
  type RowWrite,
  rowIn,
  type StoredRows,
  writeOf,
} from '../configuration/change-sets/row-write.ts';
import { bodyRefused } from '../configuration/configuration-problems.ts';
import type { StoredImport, StoredRow } from './stored-import.ts';

export type ImportedRow = Pick<StoredRow, 'state' | 'device' | 'code' | 'task' | 'point_id'> & {
  readonly point: Omit<PointRow, 'device_id'> | null;
};

/**
 * What a list makes, changes and deletes, without its tasks.
 * @returns also the ids of devices by code, and those of points by their row: stand-ins for new ones
 * @throws Problem
 */
export async function pointWrites(
  { view }: Pick<StoredImport, 'view'>,
  rows: readonly ImportedRow[],
  before: StoredRows,
): Promise<{
  readonly writes: readonly RowWrite[];
  readonly devices: ReadonlyMap<string, number>;
  readonly pointIds: ReadonlyMap<ImportedRow, number>;
}> {
  let last = Number.MAX_SAFE_INTEGER;
  const devices = new Map(view.devices.map(({ id, code }) => [code, id]));
  // All rows of a new device may be faulty and left out.
  const codes = new Set(rows.flatMap(({ state, device }) => (state === 'new' ? [device] : [])));
  const writes: RowWrite[] = [];
  for await (const device of makingWay(view.newDevices as DeviceCreate[])) {
    if (!codes.has(device.code)) continue;
    const standIn = last--;
    devices.set(device.code, standIn);
    writes.push(...writeOf({ kind: 'device', standIn }, undefined, accepted(newDeviceRow(device))));
  }
  const pointIds = new Map<ImportedRow, number>();
  for await (const row of makingWay(rows)) {
    const { state, point_id, point } = row;
    const now = rowIn(before, 'point', point_id ?? undefined);
    if (point_id !== null) pointIds.set(row, point_id);
    if (state === 'missing' && now) writes.push(deletionOf({ kind: 'point', id: Number(point_id) }, now));
    if (state === 'changed' && now) {
      writes.push(...writeOf({ kind: 'point', id: Number(point_id) }, now, { ...now, ...point }));
    }
    if (state === 'new' && point) {
      const standIn = last--;
      pointIds.set(row, standIn);
      const device_id = devices.get(row.device) ?? 0;
      writes.push(...writeOf({ kind: 'point', standIn }, undefined, { ...point, device_id }));
    }
  }
  return { writes, devices, pointIds };
}

export function accepted<T>(verdict: Validated<T>): T {
  if (!verdict.ok) throw bodyRefused(verdict.issues);
  return verdict.value;
}
