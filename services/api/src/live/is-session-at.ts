import type { VersionSites } from '../configuration/version-sites.ts';
import type { Database } from '../database/open-database.ts';
import { findSession } from '../sessions/queries/list-sessions.ts';
import type { IsSessionAt } from './read-change.ts';

/** Judges by the configuration that the session runs on, as lists of sessions do when they leave out what is elsewhere. */
export function isSessionAt(database: Database, versions: VersionSites): IsSessionAt {
  return async (sessionId, sites) => {
    const row = await findSession(database, sessionId);
    if (!row) return false;
    const codes = await versions.of(row.task_id, row.config_version);
    return codes.every((code) => sites.includes(code));
  };
}
