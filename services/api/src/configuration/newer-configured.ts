import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import { sql } from 'kysely';
import { BatchedLookup } from '../database/batched-lookup.ts';
import type { Database } from '../database/open-database.ts';
import type { ConfigVersions } from './config-versions.ts';
import { tasksOfChanges } from './tasks-of-changes.ts';

export interface ConfiguredSession {
  readonly session_id: string;
  readonly task_id: number;
  readonly status: SessionStatus;
  readonly config_version: number;
  /** Of the version that the session runs on; looked up where it is missing. */
  readonly compared_hash?: string | null | undefined;
}

/**
 * By session: whether its task is configured differently by now. Null for a session that is over, and where the API cannot
 * say.
 */
export type FindNewerConfigured = (
  sessions: readonly ConfiguredSession[],
) => Promise<ReadonlyMap<string, boolean | null>>;

const tasksKeptAtMost = 10_000;
/** Latest change sets that are looked at for new ones: their ids rise nearly, but not exactly, in the order of commits. */
const setsLookedAt = 100;

/**
 * Compares what sessions read with what is configured. A comparison reads all of a task, so its result is kept until a
 * change set touches the task. What sessions learn about their devices and write back is no change.
 * @throws DatabaseUnavailable
 */
export function newerConfigured(
  database: Database,
  versions: Pick<ConfigVersions, 'comparedHashes'>,
): FindNewerConfigured {
  /** Hashes by task; undefined for a task that could not be started. */
  const hashByTask = new Map<number, string | undefined>();
  let latestSets: readonly number[] = [];

  const forgetChanged = async (): Promise<void> => {
    const { rows } = await sql<{ readonly id: number }>`
      select id from change_sets order by id desc limit ${setsLookedAt}`.execute(database);
    const ids = rows.map(({ id }) => id);
    const before = new Set(latestSets);
    const added = ids.filter((id) => !before.has(id));
    const [last] = latestSets;
    const isAnother = last !== undefined && !ids.includes(last);
    if (added.length === 0 && !isAnother) return;
    // There may be more new sets than were looked at, or the database comes from a backup.
    if (added.length === setsLookedAt || isAnother) hashByTask.clear();
    else for (const taskId of await tasksOfChanges(database, added)) hashByTask.delete(taskId);
    latestSets = ids;
  };

  const changes = new BatchedLookup<'changes', true>(async () => {
    await forgetChanged();
    return new Map<'changes', true>();
  });

  return async (sessions) => {
    const active = sessions.filter(({ status }) => status === 'running' || status === 'paused');
    const isNewerById = new Map<string, boolean | null>(sessions.map(({ session_id }) => [session_id, null]));
    if (active.length === 0) return isNewerById;
    await changes.get('changes');
    const unknown = new Set(active.map(({ task_id }) => task_id).filter((id) => !hashByTask.has(id)));
    const lookedAt = latestSets;
    const current = new Map(active.map(({ task_id }) => [task_id, hashByTask.get(task_id)]));
    for (const [id, hash] of await versions.comparedHashes([...unknown])) current.set(id, hash);
    // Kept unless another call saw a change meanwhile, since what was read here may be older than that.
    if (latestSets === lookedAt) {
      if (hashByTask.size + unknown.size > tasksKeptAtMost) hashByTask.clear();
      for (const id of unknown) hashByTask.set(id, current.get(id));
    }
    const ofVersion = await hashesOfVersions(database, active);
    for (const { session_id, task_id } of active) {
      const [now, then] = [current.get(task_id), ofVersion.get(session_id)];
      isNewerById.set(session_id, now === undefined || then === undefined ? null : now !== then);
    }
    return isNewerById;
  };
}

/** The `compared_hash` of the version that each session runs on, by session. @throws DatabaseUnavailable */
async function hashesOfVersions(
  database: Database,
  sessions: readonly ConfiguredSession[],
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  const missing: ConfiguredSession[] = [];
  for (const session of sessions) {
    if (session.compared_hash) hashes.set(session.session_id, session.compared_hash);
    else missing.push(session);
  }
  if (missing.length === 0) return hashes;
  const { rows } = await sql<{ readonly session_id: string; readonly compared_hash: string }>`
    select session_id, compared_hash
    from unnest(${missing.map(({ session_id }) => session_id)}::text[], ${missing.map(({ task_id }) => task_id)}::bigint[],
      ${missing.map(({ config_version }) => config_version)}::bigint[]) as asked (session_id, task_id, version)
    join task_config_versions using (task_id, version)`.execute(database);
  for (const { session_id, compared_hash } of rows) hashes.set(session_id, compared_hash);
  return hashes;
}
