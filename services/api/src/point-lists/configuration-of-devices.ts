import { bodies } from '@holdfast/drivers/bodies.ts';
import { flatDevice } from '@holdfast/shared/contracts/http/device-http.ts';
import type { Selectable } from 'kysely';
import { specOf } from '../configuration/device-specs.ts';
import type { DevicesTable, PointsTable } from '../database/tables.ts';
import type { CurrentConfiguration, CurrentDevice, CurrentPoint } from './judging/current-configuration.ts';

export interface StoredDevices {
  readonly devices: readonly Selectable<DevicesTable>[];
  readonly sites: readonly { readonly id: number; readonly code: string }[];
}

export type StoredPoint = Selectable<PointsTable> & { readonly version: string };

/** The configuration of devices, from what is stored. */
export async function currentConfiguration(
  { devices, sites }: StoredDevices,
  pointsAfter: (id: number) => Promise<readonly StoredPoint[]>,
): Promise<CurrentConfiguration> {
  const siteCodes = new Map(sites.map(({ id, code }) => [id, code]));
  const ofDevice = new Map<number, [string, CurrentPoint][]>(devices.map(({ id }) => [id, []]));
  for (let after = 0; ; ) {
    const some = await pointsAfter(after);
    for (const { id, device_id, version, address, ...common } of some) {
      ofDevice.get(device_id)?.push([common.code, { id, version, common, address }]);
      after = id;
    }
    if (some.length === 0) break;
  }
  return {
    sites: new Map(sites.map(({ id, code }) => [code, id])),
    specOf: (protocol) => bodies().devices.specOf({ protocol }),
    devices: new Map(
      devices.map((row): readonly [string, CurrentDevice] => {
        const spec = specOf(row);
        const { id, connection, endpoint: _, site_id, ...rest } = row;
        const flat = {
          ...flatDevice(spec, { ...rest, connection }),
          site: siteCodes.get(site_id ?? 0) ?? null,
        };
        return [row.code, { id, spec, connection, flat, points: new Map(ofDevice.get(id)) }];
      }),
    ),
  };
}
