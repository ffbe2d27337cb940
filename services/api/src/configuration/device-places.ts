import { devicePlace, unitPlace } from '@holdfast/driver/device-place.ts';
import { both } from '@holdfast/driver/form-words.ts';
import type { DriverSpec } from '@holdfast/driver/spec.ts';
import { sql } from 'kysely';
import { advisoryLocks } from '../database/advisory-locks.ts';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import { specOf } from './device-specs.ts';

interface Placed {
  readonly id?: number;
  readonly code: string;
  readonly protocol: string;
  readonly connection: object;
  readonly site_id: number | null;
  readonly enabled: boolean;
}

/**
 * Refuses a device at the place of another one: both would be asked in turn, though they are one and the same. A device
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
    ? both(
        'Where it is the line of another machine, name it by its path in /dev/serial/by-id/, or give the device another site.',
        '若是另一台机器的串口，请用 /dev/serial/by-id/ 中的路径命名，或把设备放到另一个站点。',
      )
    : both(
        'To replace that device, change it, or set enabled to false there.',
        '若要替换那台设备，请更改它，或将其 enabled 设为 false。',
      );
  const { unit } = spec.pace(connection);
  throw new Problem(
    'place_taken',
    both(
      `${unitPlace(spec, connection)} is device ${first.code} (id ${first.id}). ${remedy.en}`,
      `${key}${unit === '' ? ' ' : ` 站号 ${unit} `}是设备 ${first.code}（id ${first.id}）。${remedy.zh}`,
    ),
    {
      device_id: first.id,
      errors: [
        {
          path: spec.unitField ?? Object.keys(spec.connection.shape)[0],
          message: `is that of ${first.code}`,
        },
      ],
    },
  );
}

function placeOf(device: Pick<Placed, 'code' | 'protocol' | 'connection' | 'site_id'>): string | undefined {
  return devicePlace(specOf(device), device.connection, device.site_id);
}
