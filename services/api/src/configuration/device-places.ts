import { devicePlace } from '@holdfast/driver/device-place.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import { sql } from 'kysely';
import { advisoryLocks } from '../database/advisory-locks.ts';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import { specOf } from './device-specs.ts';
import { configurationText } from './texts.ts';

interface Placed {
  readonly id: number;
  readonly code: string;
  readonly protocol: string;
  readonly connection: object;
  readonly site_id: number | null;
}

/**
 * Finds devices at the place of another enabled one: both would be read in turn, though they are one and the same. No
 * other device can take a place of these until the transaction is over.
 * @param devices enabled and written
 * @returns what to say of each device, in order; undefined where its place is free, or where its endpoint may have any
 * number of devices
 */
export async function placeRefusals(
  transaction: Database,
  devices: readonly Placed[],
): Promise<readonly (Problem | undefined)[]> {
  const keyOf = (device: Placed) =>
    placeOf(device) === undefined ? [] : [specOf(device).endpoint(device.connection).key];
  const keys = [...new Set((await Array.fromAsync(makingWay(devices), keyOf)).flat())];
  if (keys.length === 0) return devices.map(() => undefined);
  // PostgreSQL has room for some thousand locks, and a list may have more endpoints. Lists that take their locks in one
  // order wait for each other without a deadlock.
  await sql`select pg_advisory_xact_lock(${advisoryLocks.endpoint}, number) from (
    select distinct hashtext(key) & ${mostLocks - 1} as number from unnest(${keys}::text[]) as endpoints (key)
    order by number) as numbers`.execute(transaction);
  const { rows } = await sql<Placed>`select id, code, protocol, connection, site_id from devices
    where endpoint = any(${keys}::text[]) and enabled order by id`.execute(transaction);
  const places = await Array.fromAsync(makingWay(rows), (row) => ({ ...row, place: placeOf(row) }));
  const devicesAt = Map.groupBy(places, ({ place }) => place);
  return Array.fromAsync(makingWay(devices), (device) => {
    const place = placeOf(device);
    const first = place === undefined ? undefined : devicesAt.get(place)?.find(({ id }) => id !== device.id);
    // A duplicate code is reported as such elsewhere.
    return !first || first.code === device.code ? undefined : placeTaken(device, first);
  });
}

/** Of the advisory locks of one transaction; a power of two. */
const mostLocks = 1_024;

function placeTaken(device: Placed, other: Placed): Problem {
  const spec = specOf(device);
  const { key, isLocal } = spec.endpoint(device.connection);
  const { unit } = spec.pace(device.connection);
  const remedy = isLocal
    ? configurationText('where_it_is_the_line')
    : configurationText('to_replace_that_device_change');
  return new Problem(
    'place_taken',
    configurationText('place_taken', {
      place:
        unit === '' ? configurationText('place', { key }) : configurationText('place_of_unit', { key, unit }),
      ...{ code: other.code, id: other.id, remedy },
    }),
    {
      device_id: other.id,
      errors: [
        {
          path: spec.unitField ?? Object.keys(spec.connection.shape)[0],
          message: fieldText('code_of_another', { other: other.code }),
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
