import { type SampleStore, SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import { sql } from 'kysely';
import { historyDevices } from '../configuration/history-devices.ts';
import { requirePoint } from '../configuration/require-point.ts';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import { liveText } from './texts.ts';

export interface LivePointSources {
  readonly database: Database;
  /** Where earlier samples are. */
  readonly sampleStore: Pick<SampleStore, 'history'>;
}

/**
 * Distinguishes what has no sample so far from what will never have one. A device is known if it is configured, or if a session
 * that is not over reads it under a name that it had; for points see `requireKnownPoint`. While a database is down
 * nothing is called unknown.
 * @throws Problem for the first one that is not known, HistoryQueryRefused
 */
export async function requireLivePoints(
  { database, sampleStore }: LivePointSources,
  query: {
    readonly devices: readonly string[] | undefined;
    readonly points: readonly string[] | undefined;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const devices = [...new Set(query.devices)];
  try {
    const unknown = devices.length === 0 ? undefined : await unknownOf(database, devices);
    if (unknown !== undefined) {
      throw new Problem('device_not_found', liveText('device_not_found', { unknown }));
    }
    const ofDevices = devices.length === 0 ? undefined : await historyDevices(database, devices);
    for (const pointCode of new Set(query.points)) {
      await requirePoint(
        { database, samples: sampleStore },
        { pointCode, devices: ofDevices, devicesAreKnown: true, signal: query.signal },
      );
    }
  } catch (error) {
    if (error instanceof DatabaseUnavailable || error instanceof SampleStoreUnavailable) return;
    throw error;
  }
}

/** The first code that is neither configured nor read by a session. @throws DatabaseUnavailable */
async function unknownOf(database: Database, codes: readonly string[]): Promise<string | undefined> {
  const configured = await database.selectFrom('devices').select('code').where('code', 'in', codes).execute();
  const configuredCodes = new Set(configured.map(({ code }) => code));
  for (const code of codes) {
    if (!configuredCodes.has(code) && !(await isRead(database, code))) return code;
  }
  return undefined;
}

/**
 * Whether a session that is not over reads a device of that code. If PostgreSQL does not have its version, that is
 * unknown, and the answer is yes.
 */
async function isRead(database: Database, code: string): Promise<boolean> {
  const row = await database
    .selectFrom('sessions')
    .leftJoin('task_config_versions as versions', (join) =>
      join
        .onRef('versions.task_id', '=', 'sessions.task_id')
        .onRef('versions.version', '=', 'sessions.config_version'),
    )
    .select('session_id')
    .where('status', 'in', ['running', 'paused'])
    .where(
      sql<boolean>`(versions.task_id is null or versions.device_codes @> ${JSON.stringify([code])}::jsonb
        or versions.device_codes @> ${JSON.stringify([{ code }])}::jsonb)`,
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
