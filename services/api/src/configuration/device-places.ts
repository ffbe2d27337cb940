import { devicePlace } from '@holdfast/driver/device-place.ts';
import type { DriverSpec } from '@holdfast/driver/spec.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { sql } from 'kysely';
import { advisoryLocks } from '../database/advisory-locks.ts';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import { specOf } from './device-specs.ts';
import { configurationText } from './texts.ts';

interface Placed {
  readonly id?: number;
  readonly code: string;
  readonly protocol: string;
  readonly connection: object;
  readonly site_id: number | null;
  readonly enabled: boolean;
}

/**
 * Refuses a device at the place of another one. Both would be asked in turn, though they are one and the same. A device
 * takes no place if it is not enabled, or if its endpoint serves any number of devices. No other device can take the place
 * until the transaction is over.
 * @throws Problem
 */
export async function requireFreePlace(
  transaction: Database,
  spec: DriverSpec,
  device: Placed,
): Promise<void> {
  const { connection, site_id } = device;
  const place = devicePlace(spec, connection, site_id);
  if (!device.enabled || place === undefined) return;
  const { key, isLocal } = spec.endpoint(connection);
  await sql`select pg_advisory_xact_lock(${advisoryLocks.endpoint}, hashtext(${key}))`.execute(transaction);
  const there = await transaction
    .selectFrom('devices')
    .select(['id', 'code', 'protocol', 'connection', 'site_id'])
    .where('endpoint', '=', key)
    .where('enabled', '=', true)
    .where('id', '<>', device.id ?? 0)
    .orderBy('id')
    .execute();
  const first = there.find((other) => placeOf(other) === place);
  // A duplicate code is reported as such elsewhere.
  if (!first || first.code === device.code) return;
  const remedy = isLocal
    ? configurationText('where_it_is_the_line')
    : configurationText('to_replace_that_device_change');
  const { unit } = spec.pace(connection);
  throw new Problem(
    'place_taken',
    configurationText('place_taken', {
      place:
        unit === '' ? configurationText('place', { key }) : configurationText('place_of_unit', { key, unit }),
      ...{ code: first.code, id: first.id, remedy },
    }),
    {
      device_id: first.id,
      errors: [
        {
          path: spec.unitField ?? Object.keys(spec.connection.shape)[0],
          message: fieldText('code_of_another', { other: first.code }),
        },
      ],
    },
  );
}

export function placeOf(
  device: Pick<Placed, 'code' | 'protocol' | 'connection' | 'site_id'>,
): string | undefined {
  return devicePlace(specOf(device), device.connection, device.site_id);
}
