import { bodies } from '@holdfast/drivers/bodies.ts';
import { flatDevice } from '@holdfast/shared/contracts/http/device-http.ts';
import { sql } from 'kysely';
import { specOf } from '../configuration/device-specs.ts';
import type { Database } from '../database/open-database.ts';
import type { KnownConfiguration, KnownDevice, KnownPoint } from './judging/known-configuration.ts';

/** Reads the configuration of these devices, and all sites. @throws DatabaseUnavailable */
export async function knownConfiguration(
  database: Database,
  codes: readonly string[],
): Promise<KnownConfiguration> {
  const [devices, sites] = await Promise.all([
    database.selectFrom('devices').selectAll().where(sql<boolean>`code = any(${codes}::text[])`).execute(),
    database.selectFrom('sites').select(['id', 'code']).execute(),
  ]);
  const siteCodes = new Map(sites.map(({ id, code }) => [id, code]));
  const points = await database
    .selectFrom('points')
    .selectAll()
    .select(sql<string>`xmin::text`.as('version'))
    .where(sql<boolean>`device_id = any(${devices.map(({ id }) => id)}::bigint[])`)
    .orderBy('id')
    .execute();
  const ofDevice = Map.groupBy(points, ({ device_id }) => device_id);
  return {
    sites: new Map(sites.map(({ id, code }) => [code, id])),
    specOf: (protocol) => bodies().devices.specOf({ protocol }),
    devices: new Map(
      devices.map((row): readonly [string, KnownDevice] => {
        const spec = specOf(row);
        const { id, connection, endpoint: _, site_id, ...rest } = row;
        const flat = {
          ...flatDevice(spec, { ...rest, connection }),
          site: siteCodes.get(site_id ?? 0) ?? null,
        };
        const known = (ofDevice.get(id) ?? []).map((point): readonly [string, KnownPoint] => {
          const { id: pointId, device_id: __, version, address, ...common } = point;
          return [point.code, { id: pointId, version, common, address }];
        });
        return [row.code, { id, spec, connection, flat, points: new Map(known) }];
      }),
    ),
  };
}
