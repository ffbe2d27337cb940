import { both } from '@holdfast/driver/form-words.ts';
import { devicePlace, endpointKey, endpointOf } from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import type { DeviceCreate } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { sql } from 'kysely';
import { advisoryLocks } from '../database/advisory-locks.ts';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';

type Placed = Pick<DeviceCreate, 'protocol' | 'host' | 'port' | 'unit_id' | 'serial' | 'site_id'>;

const addressed = <D extends Placed>(device: D) => ({ ...device, serial: device.serial ?? undefined });

export function placeOf(device: Placed): string {
  return devicePlace(addressed(device));
}

export function endpointOfDevice(device: Placed): string {
  return endpointKey(endpointOf(addressed(device)));
}

/**
 * Refuses a device where another one is: both would be asked in turn, and what one is told the other would have. A device that
 * is not enabled takes no place. Until the transaction is over, nobody else takes this one.
 * @throws Problem
 */
export async function requireFreePlace(
  transaction: Database,
  device: Placed & { readonly id?: number; readonly code: string; readonly enabled: boolean },
): Promise<void> {
  if (!device.enabled) return;
  const endpoint = endpointOfDevice(device);
  await sql`select pg_advisory_xact_lock(${advisoryLocks.endpoint}, hashtext(${endpoint}))`.execute(
    transaction,
  );
  const there = await transaction
    .selectFrom('devices')
    .selectAll()
    .where('endpoint', '=', endpoint)
    .where('unit_id', '=', device.unit_id)
    .where('enabled', '=', true)
    .where('id', '<>', device.id ?? 0)
    .orderBy('id')
    .execute();
  const first = there.find((other) => placeOf(other) === placeOf(device));
  // A code that is taken is told as such.
  if (!first || first.code === device.code) return;
  const remedy = device.serial
    ? both(
        'Where it is the line of another machine, name it by its path in /dev/serial/by-id/, or give the device another site.',
        '若是另一台机器的串口，请用 /dev/serial/by-id/ 中的路径命名，或把设备放到另一个站点。',
      )
    : both(
        'To replace that device, change it, or set enabled to false there.',
        '若要替换那台设备，请更改它，或将其 enabled 设为 false。',
      );
  throw new Problem(
    'place_taken',
    both(
      `${endpoint} unit ${device.unit_id} is device ${first.code} (id ${first.id}). ${remedy.en}`,
      `${endpoint} 站号 ${device.unit_id} 是设备 ${first.code}（id ${first.id}）。${remedy.zh}`,
    ),
    { device_id: first.id, errors: [{ path: 'unit_id', message: `is that of ${first.code}` }] },
  );
}
