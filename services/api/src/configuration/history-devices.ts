import type { HistoryDevice } from '@holdfast/sample-store/sample-store.ts';
import { type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../access/granted-sites.ts';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import type { Database } from '../database/open-database.ts';
import { atSites } from './at-sites.ts';

/** The devices that are at these sites now, or one of them. @throws DatabaseUnavailable */
export async function historyDevicesAt(
  database: Database,
  granted: Exclude<GrantedSites, 'everywhere'>,
  only: string | undefined,
): Promise<HistoryDevice[]> {
  const devices = await database
    .selectFrom('devices')
    .select(['code', 'measurement'])
    .where(atSites.devices(granted) ?? sql<SqlBool>`true`)
    .$if(only !== undefined, (query) => query.where('code', '=', only ?? ''))
    .orderBy('id')
    .execute();
  return devices.map(({ code, measurement }) => ({ deviceCode: code, measurement: measurement ?? code }));
}

/**
 * Finds the measurements of devices. One that is no longer configured, or cannot be looked up, counts as writing under
 * its code.
 */
export async function historyDevices(database: Database, codes: readonly string[]): Promise<HistoryDevice[]> {
  const measurements = new Map<string, string | null>();
  try {
    const devices = await database
      .selectFrom('devices')
      .select(['code', 'measurement'])
      .where('code', 'in', codes)
      .execute();
    for (const { code, measurement } of devices) measurements.set(code, measurement);
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error;
  }
  return codes.map((deviceCode) => ({ deviceCode, measurement: measurements.get(deviceCode) ?? deviceCode }));
}
