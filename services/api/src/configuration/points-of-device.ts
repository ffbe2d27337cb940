import { isDeepStrictEqual } from 'node:util';
import { changedPoint, type DeviceOfPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { type Selectable, sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { PointsTable } from '../database/tables.ts';
import { fieldsDoNotFit } from './configuration-problems.ts';
import { readBy } from './device-specs.ts';

/** The devices of points, by id. */
export async function devicesOfPoints(
  database: Database,
  points: readonly { readonly device_id: number }[],
): Promise<ReadonlyMap<number, DeviceOfPoint>> {
  const ids = [...new Set(points.map(({ device_id }) => device_id))];
  if (ids.length === 0) return new Map();
  const rows = await database
    .selectFrom('devices')
    .select(['id', 'code', 'protocol', 'connection'])
    .where(sql<boolean>`id = any(${ids}::bigint[])`)
    .execute();
  return new Map(rows.map((row) => [row.id, readBy(row)]));
}

/** Whether two devices parse addresses in the same way. */
function isParsedAlike(from: DeviceOfPoint, to: DeviceOfPoint): boolean {
  const asksConnection = from.spec.parseAddress.length > 2;
  return (
    from.spec.place === to.spec.place &&
    (!asksConnection || isDeepStrictEqual(from.connection, to.connection))
  );
}

/**
 * The points of a device with their addresses as another protocol or connection parses them.
 * @throws Problem where one of them is no longer an address
 */
export function placedAgain(
  points: readonly Selectable<PointsTable>[],
  from: DeviceOfPoint,
  to: DeviceOfPoint,
): readonly Selectable<PointsTable>[] {
  if (isParsedAlike(from, to)) return points;
  return points.map((point) => {
    const { address, ...common } = point;
    const verdict = changedPoint({ from, to }, { common, address }, {});
    if (verdict.ok) return { ...point, address: verdict.value.address };
    const [issue] = verdict.issues;
    const field = from.spec.protocol === to.spec.protocol ? 'points' : 'protocol';
    const message = fieldText('point_would_not_fit', {
      point: common.code,
      field: issue?.path.join('.') ?? '',
      why: issue?.message ?? '',
    });
    throw fieldsDoNotFit([{ field, message }]);
  });
}

/** Stores the addresses of a device's points as `placedAgain`. @throws Problem */
export async function placeAgain(
  transaction: Database,
  deviceId: number,
  from: DeviceOfPoint,
  to: DeviceOfPoint,
): Promise<void> {
  if (isParsedAlike(from, to)) return;
  const points = await transaction
    .selectFrom('points')
    .selectAll()
    .where('device_id', '=', deviceId)
    .execute();
  const addresses = new Map(points.map(({ id, address }) => [id, address]));
  for (const { id, address } of placedAgain(points, from, to)) {
    if (isDeepStrictEqual(address, addresses.get(id))) continue;
    await transaction
      .updateTable('points')
      .set({ address: JSON.stringify(address) })
      .where('id', '=', id)
      .execute();
  }
}
