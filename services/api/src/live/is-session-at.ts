import { findPlan, type PollingPlans } from '../configuration/polling-plans.ts';
import type { VersionSites } from '../configuration/version-sites.ts';
import type { Database } from '../database/open-database.ts';
import { findSession } from '../sessions/queries/list-sessions.ts';
import { presentShare } from '../sessions/session-share.ts';
import type { IsSessionAt } from './read-change.ts';

/** Judges by the configuration that the session runs on, as lists of sessions do when they leave out what is elsewhere. */
export function isSessionAt({
  database,
  versions,
  plans,
}: {
  readonly database: Database;
  readonly versions: VersionSites;
  readonly plans: Pick<PollingPlans, 'of'>;
}): IsSessionAt {
  return async (sessionId, sites, device) => {
    const row = await findSession(database, sessionId);
    if (!row) return false;
    const site_codes = await versions.of(row.task_id, row.config_version);
    if (device === undefined) return site_codes.some((code) => sites.includes(code));
    return presentShare({ site_codes }, await findPlan(plans, row), sites).has(device);
  };
}
