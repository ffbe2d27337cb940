import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import { sql } from 'kysely';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { atSites } from '../../configuration/at-sites.ts';
import { BatchedLookup } from '../../database/batched-lookup.ts';
import { isLatestRun } from '../../database/latest-run.ts';
import type { Database } from '../../database/open-database.ts';
import type { NamedSessionRow } from './session-view.ts';

export interface SessionFilter {
  readonly sites: GrantedSites;
  readonly statuses?: readonly SessionStatus[] | undefined;
  /** Id or code of a task. */
  readonly task?: string | undefined;
  readonly limit: number;
  /** Only sessions that began before this sequence. */
  readonly before?: number | undefined;
}

/** Newest first. `next` is the `before` of the following page. */
export async function listSessions(
  database: Database,
  { statuses, task, sites, limit, before }: SessionFilter,
): Promise<{ rows: NamedSessionRow[]; next: number | undefined }> {
  let query = selectSessions(database)
    .orderBy('sessions.first_sequence', 'desc')
    .limit(limit + 1);
  if (statuses) query = query.where('sessions.status', 'in', statuses);
  if (task !== undefined) {
    query = query.where((where) =>
      where.or([
        where('sessions.task_code', '=', task),
        ...(/^[1-9][0-9]{0,14}$/.test(task) ? [where('sessions.task_id', '=', Number(task))] : []),
      ]),
    );
  }
  const there = atSites.sessions(sites, sql.ref('version.site_codes'));
  if (there) query = query.where(there);
  if (before !== undefined) query = query.where('sessions.first_sequence', '<', before);
  const rows = await query.execute();
  const more = rows.length > limit;
  const page = more ? rows.slice(0, limit) : rows;
  return { rows: page, next: more ? page.at(-1)?.first_sequence : undefined };
}

const lookUps = new WeakMap<Database, BatchedLookup<string, NamedSessionRow>>();

/** The session as it is at the time of the call, or a little later. @throws DatabaseUnavailable */
export function findSession(database: Database, sessionId: string): Promise<NamedSessionRow | undefined> {
  let together = lookUps.get(database);
  if (!together) {
    together = new BatchedLookup((sessionIds) => lookUp(database, sessionIds));
    lookUps.set(database, together);
  }
  return together.get(sessionId);
}

async function lookUp(
  database: Database,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, NamedSessionRow>> {
  const rows = await selectSessions(database).where('sessions.session_id', 'in', sessionIds).execute();
  return new Map(rows.map((row) => [row.session_id, row]));
}

/** Running and paused sessions of these tasks, in order. @throws DatabaseUnavailable */
export async function runningOrPausedSessionsOf(database: Database, tasks: readonly number[]) {
  if (tasks.length === 0) return [];
  return selectSessions(database)
    .where('sessions.status', 'in', ['running', 'paused'])
    .where('sessions.task_id', 'in', [...tasks])
    .orderBy('sessions.first_sequence')
    .execute();
}

/** Selects sessions with the task's name from the snapshot that the session runs on, else its current name. */
export function selectSessions(database: Database) {
  return database
    .selectFrom('sessions')
    .leftJoin('task_config_versions as version', (join) =>
      join
        .onRef('version.task_id', '=', 'sessions.task_id')
        .onRef('version.version', '=', 'sessions.config_version'),
    )
    .leftJoin('tasks', 'tasks.id', 'sessions.task_id')
    .selectAll('sessions')
    .select((select) => [
      select.fn.coalesce('version.task_name', 'tasks.name', select.val('')).as('task_name'),
      'version.period_ms',
      'version.compared_hash',
      'version.site_codes',
      isLatestRun.as('is_latest'),
    ]);
}
