import type { PollingPlans } from '../configuration/polling-plans.ts';
import type { VersionSites } from '../configuration/version-sites.ts';
import type { Database } from '../database/open-database.ts';
import { findSession } from '../sessions/queries/list-sessions.ts';
import { pastShare, type SessionShare } from '../sessions/session-share.ts';
import type { IsSessionAt } from './read-change.ts';

/** Shares that are remembered: one for each session and set of sites that a client has. */
const keptAtMost = 2_000;

/**
 * Judges sessions by the configuration that they run on, as lists do when they leave out what is elsewhere, and changes of
 * a device by all that its session has read: a client that comes back is given changes of former configurations, too.
 */
export function isSessionAt({
  database,
  versions,
  plans,
}: {
  readonly database: Database;
  readonly versions: VersionSites;
  readonly plans: Pick<PollingPlans, 'of'>;
}): IsSessionAt {
  const shares = new Map<string, SessionShare>();
  return async (sessionId, sites, device) => {
    const row = await findSession(database, sessionId);
    if (!row) return false;
    if (device === undefined) {
      const codes = await versions.of(row.task_id, row.config_version);
      return codes.some((code) => sites.includes(code));
    }
    const key = JSON.stringify([sessionId, row.config_version, sites]);
    const share = shares.get(key) ?? (await pastShare({ database, plans }, row, sites));
    if (shares.size >= keptAtMost) shares.clear();
    shares.set(key, share);
    return share.has(device);
  };
}
