import { isDeepStrictEqual } from 'node:util';
import { changedPoint, type DeviceOfPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { fieldsDoNotFit } from './configuration-problems.ts';
import { specOf } from './device-specs.ts';

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
  return new Map(rows.map((row) => [row.id, { spec: specOf(row), connection: row.connection }]));
}

/**
 * Parses the addresses of a device's points again when its protocol or connection, by which they are parsed, has changed.
 * @throws Problem where one of them is no longer an address
 */
export async function placeAgain(
  transaction: Database,
  deviceId: number,
  from: DeviceOfPoint,
  to: DeviceOfPoint,
): Promise<void> {
  const asksConnection = from.spec.parseAddress.length > 2;
  const isSame = !asksConnection || isDeepStrictEqual(from.connection, to.connection);
  if (from.spec.place === to.spec.place && isSame) return;
  const points = await transaction
    .selectFrom('points')
    .selectAll()
    .where('device_id', '=', deviceId)
    .execute();
  for (const { address, ...common } of points) {
    const verdict = changedPoint({ from, to }, { common, address }, {});
    if (!verdict.ok) {
      const [issue] = verdict.issues;
      const field = from.spec.protocol === to.spec.protocol ? 'points' : 'protocol';
      const message = fieldText('point_would_not_fit', {
        point: common.code,
        field: issue?.path.join('.') ?? '',
        why: issue?.message ?? '',
      });
      throw fieldsDoNotFit([{ field, message }]);
    }
    if (isDeepStrictEqual(verdict.value.address, address)) continue;
    await transaction
      .updateTable('points')
      .set({ address: JSON.stringify(verdict.value.address) })
      .where('id', '=', common.id)
      .execute();
  }
}
