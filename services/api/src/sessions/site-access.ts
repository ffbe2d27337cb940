import { sql } from 'kysely';
import {
  type GrantedSites,
  requireRoleAt,
  requireRoleAtOneOf,
  requireRoleAtSessionSites,
  type SiteAccess,
} from '../access/granted-sites.ts';
import type { VersionSites } from '../configuration/version-sites.ts';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import type { Database } from '../database/open-database.ts';
import type { Concerned } from '../ports.ts';
import type { CurrentSessions } from './queries/current-sessions.ts';
import { requireSession } from './require-session.ts';
import { formerVersions } from './session-share.ts';

/** Looks up nothing for callers whose role holds everywhere. Sessions are known even while PostgreSQL is down. */
export function siteAccess({
  database,
  current,
  versions,
}: {
  readonly database: Database;
  readonly current: Pick<CurrentSessions, 'find'>;
  readonly versions: VersionSites;
}): SiteAccess {
  const find = (sessionId: string) => requireSession(database, sessionId, (id) => current.find(id));
  const sitesOf = async (sessionId: string) => {
    const { task_id, config_version } = await find(sessionId);
    return versions.of(task_id, config_version);
  };
  const sitesOfPast = async (sessionId: string) => {
    const { task_id, config_version } = await find(sessionId);
    const had = await unlessUnavailable(formerVersions(database, sessionId));
    const all = [...new Set([config_version, ...had])].map((version) => versions.of(task_id, version));
    return (await Promise.all(all)).flat();
  };
  const requireConfigured = async (from: Database, granted: GrantedSites, concerned: Concerned) => {
    if (concerned.sites?.includes(null)) requireRoleAt(granted, ['']);
    requireRoleAt(granted, await configuredSites(from, concerned));
  };
  return {
    require: async (granted, concerned) => {
      if (granted === 'everywhere') return;
      const { sessions = [], shownSessions = [], pastSessions = [] } = concerned;
      for (const sessionId of sessions) {
        requireRoleAtSessionSites(granted, sessionId, await sitesOf(sessionId));
      }
      for (const sessionId of shownSessions) requireRoleAtOneOf(granted, await sitesOf(sessionId));
      for (const sessionId of pastSessions) requireRoleAtOneOf(granted, await sitesOfPast(sessionId));
      await requireConfigured(database, granted, concerned);
    },
    requireUntilEnd: async (transaction, granted, concerned) => {
      if (granted === 'everywhere') return;
      await lockDevices(transaction, concerned);
      await requireConfigured(transaction, granted, concerned);
    },
  };
}

/** The answer, or nothing while PostgreSQL is unavailable. */
async function unlessUnavailable<T>(answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return [];
    throw error;
  }
}

/** Locks devices in the order of their ids, so that two changes do not wait for each other. */
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
  const idLists = [tasks, devices, deviceCodes, points, siteIds];
  if (idLists.every(({ length }) => length === 0)) return [];
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
