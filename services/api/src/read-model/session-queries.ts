import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import type { Database } from '../database/open-database.ts';
import { isLatestRun } from './latest-run.ts';
import type { NamedSessionRow } from './session-view.ts';

export interface SessionFilter {
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
  { statuses, task, limit, before }: SessionFilter,
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
  if (before !== undefined) query = query.where('sessions.first_sequence', '<', before);
  const rows = await query.execute();
  const more = rows.length > limit;
  const page = more ? rows.slice(0, limit) : rows;
  return { rows: page, next: more ? page.at(-1)?.first_sequence : undefined };
}

type LookUp = PromiseWithResolvers<NamedSessionRow | undefined>;
const nextLookUps = new WeakMap<Database, Map<string, LookUp>>();

/**
 * As it is at the time of the call, or a little later: those who ask in the same turn of the event loop, as all do
 * whose commands one commit of the projector has shown, share one query.
 */
export function findSession(database: Database, sessionId: string): Promise<NamedSessionRow | undefined> {
  let wanted = nextLookUps.get(database);
  if (!wanted) {
    const fresh: Map<string, LookUp> = new Map();
    wanted = fresh;
    nextLookUps.set(database, fresh);
    setImmediate(() => {
      nextLookUps.delete(database);
      void lookUp(database, fresh);
    });
  }
  const known = wanted.get(sessionId);
  if (known) return known.promise;
  const asked: LookUp = Promise.withResolvers();
  wanted.set(sessionId, asked);
  return asked.promise;
}

async function lookUp(database: Database, wanted: ReadonlyMap<string, LookUp>): Promise<void> {
  try {
    const rows = await selectSessions(database)
      .where('sessions.session_id', 'in', [...wanted.keys()])
      .execute();
    const byId = new Map(rows.map((row) => [row.session_id, row]));
    for (const [id, { resolve }] of wanted) resolve(byId.get(id));
  } catch (error) {
    for (const { reject } of wanted.values()) reject(error);
  }
}

/** The name is that of the snapshot which the session runs on, else what the task is called now. */
function selectSessions(database: Database) {
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
      isLatestRun.as('is_latest'),
    ]);
}

/** Oldest first. */
export async function listSessionEvents(
  database: Database,
  filter: { sessionId: string; after: number; limit: number },
): Promise<{ events: SessionEventView[]; next: number | undefined }> {
  const rows = await database
    .selectFrom('session_events')
    .selectAll()
    .where('session_id', '=', filter.sessionId)
    .where('sequence', '>', filter.after)
    .orderBy('sequence')
    .limit(filter.limit + 1)
    .execute();
  const more = rows.length > filter.limit;
  const page = more ? rows.slice(0, filter.limit) : rows;
  return {
    events: page.map(({ sequence, session_id, type, time, source, data, problem }) => ({
      sequence,
      session_id,
      type,
      time: time?.toISOString() ?? null,
      source,
      data,
      problem,
    })),
    next: more ? page.at(-1)?.sequence : undefined,
  };
}
