import { sql } from 'kysely';
import { type GrantedSites, requireGranted, type SiteAccess } from '../access/granted-sites.ts';
import type { VersionSites } from '../configuration/version-sites.ts';
import type { Database } from '../database/open-database.ts';
import type { Concerned } from '../ports.ts';
import { knownSession } from './known-session.ts';
import type { CurrentSessions } from './queries/current-sessions.ts';

/** Asks nothing for callers whose role holds everywhere. Sessions are known also while PostgreSQL is away. */
export function siteAccess({
  database,
  current,
  versions,
}: {
  readonly database: Database;
  readonly current: Pick<CurrentSessions, 'find'>;
  readonly versions: VersionSites;
}): SiteAccess {
  const requireConfigured = async (from: Database, granted: GrantedSites, concerned: Concerned) => {
    if (concerned.sites?.includes(null)) requireGranted(granted, ['']);
    requireGranted(granted, await configuredSites(from, concerned));
  };
  return {
    require: async (granted, concerned) => {
      if (granted === 'everywhere') return;
      for (const sessionId of new Set(concerned.sessions)) {
        const session = await knownSession(database, sessionId, (id) => current.find(id));
        requireGranted(granted, await versions.of(session.task_id, session.config_version));
      }
      await requireConfigured(database, granted, concerned);
    },
    requireUntilEnd: async (transaction, granted, concerned) => {
      if (granted === 'everywhere') return;
      await lockDevices(transaction, concerned);
      await requireConfigured(transaction, granted, concerned);
    },
  };
}

/** In the order of their ids, so that two changes do not wait for each other. */
async function lockDevices(
  transaction: Database,
  { tasks = [], devices = [], points = [] }: Concerned,
): Promise<void> {
  await sql`
    select from devices where id = any(${devices}::bigint[])
      or id in (select device_id from points where id = any(${points}::bigint[]))
      or id in (select device_id from task_devices where task_id = any(${tasks}::bigint[]))
    order by id for share`.execute(transaction);
}

async function configuredSites(
  database: Database,
  { tasks = [], devices = [], deviceCodes = [], points = [], sites = [] }: Concerned,
): Promise<string[]> {
  const siteIds = sites.filter((id) => id !== null);
  const asked = [tasks, devices, deviceCodes, points, siteIds];
  if (asked.every(({ length }) => length === 0)) return [];
  const { rows } = await sql<{ code: string }>`
    select coalesce(sites.code, '') as code from devices left join sites on sites.id = devices.site_id
      where devices.id = any(${devices}::bigint[]) or devices.code = any(${deviceCodes}::text[])
    union
    select coalesce(sites.code, '') from points
      join devices on devices.id = points.device_id left join sites on sites.id = devices.site_id
      where points.id = any(${points}::bigint[])
    union
    select coalesce(sites.code, '') from tasks left join task_devices on task_devices.task_id = tasks.id
      left join devices on devices.id = task_devices.device_id left join sites on sites.id = devices.site_id
      where tasks.id = any(${tasks}::bigint[])
    union
    select code from sites where id = any(${siteIds}::bigint[])`.execute(database);
  return rows.map(({ code }) => code);
}
