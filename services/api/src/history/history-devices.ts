import type { HistoryDevice } from '@holdfast/sample-store/sample-store.ts';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import type { Database } from '../database/open-database.ts';

/** Devices that are no longer configured, or cannot be asked for, wrote under their own codes unless told otherwise. */
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
