import type { DriverSpec } from '@holdfast/driver/spec.ts';
import { flatPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import { type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../access/granted-sites.ts';
import { atSites } from '../configuration/at-sites.ts';
import { specOf } from '../configuration/device-specs.ts';
import type { Database } from '../database/open-database.ts';

export interface ExportedDevice {
  readonly id: number;
  readonly code: string;
  readonly spec: DriverSpec;
}

/** Reads devices at the caller's sites, if wanted only those with these codes. @throws DatabaseUnavailable */
export async function exportedDevices(
  database: Database,
  { codes, sites }: { readonly codes: readonly string[] | undefined; readonly sites: GrantedSites },
): Promise<ExportedDevice[]> {
  let query = database
    .selectFrom('devices')
    .select(['id', 'code', 'protocol'])
    .where(atSites.devices(sites) ?? sql<SqlBool>`true`)
    .orderBy(sql`code collate "C"`);
  if (codes) query = query.where('code', 'in', codes);
  return (await query.execute()).map((row) => ({ id: row.id, code: row.code, spec: specOf(row) }));
}

const pointsAtOnce = 2_000;
/** Points that are written before other requests may have their turn. */
const pointsInARow = 100;

/** Yields the points of devices, device after device, in the order in which they were made. */
export async function* exportedPoints(
  database: Database,
  devices: readonly ExportedDevice[],
): AsyncGenerator<
  readonly { readonly spec: DriverSpec; readonly flat: Readonly<Record<string, unknown>> }[]
> {
  for (let from = 0; from < devices.length; from += 100) {
    const some = new Map(devices.slice(from, from + 100).map((device) => [device.id, device]));
    const order = [...some.keys()];
    let after = { place: 0, id: 0 };
    for (;;) {
      const { rows } = await sql<PointRow>`
        select points.*, array_position(${order}::bigint[], device_id) as place from points
        where device_id = any(${order}::bigint[])
          and (array_position(${order}::bigint[], device_id), id) > (${after.place}, ${after.id}::bigint)
        order by place, id limit ${pointsAtOnce}`.execute(database);
      for await (const part of makingWay(partsOf(rows))) {
        yield part.flatMap(({ place: _, device_id, ...point }) => {
          const device = some.get(device_id);
          return device
            ? [{ spec: device.spec, flat: { ...flatPoint(device.spec, point), device: device.code } }]
            : [];
        });
      }
      const last = rows.at(-1);
      if (!last || rows.length < pointsAtOnce) break;
      after = { place: last.place, id: last.id };
    }
  }
}

function* partsOf(rows: readonly PointRow[]): Generator<readonly PointRow[]> {
  for (let from = 0; from < rows.length; from += pointsInARow) yield rows.slice(from, from + pointsInARow);
}

interface PointRow {
  readonly id: number;
  readonly device_id: number;
  readonly place: number;
  readonly address: unknown;
  readonly [column: string]: unknown;
}
