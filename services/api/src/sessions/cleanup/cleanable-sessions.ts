import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import { type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { isLatestRun } from '../../database/latest-run.ts';
import type { Database } from '../../database/open-database.ts';
import type { Tables } from '../../database/tables.ts';

export type EndedStatus = Extract<SessionStatus, 'stopped' | 'error'>;

/** The ended sessions that are to go. */
export interface CleanupCriteria {
  /** Only sessions that ended before this time. */
  readonly endedBefore: Date;
  readonly statuses: readonly EndedStatus[];
}

export interface CleanableSession {
  readonly session_id: string;
  readonly task_id: number;
  readonly task_code: string;
  readonly status: SessionStatus;
  readonly started_at: Date;
  readonly stopped_at: Date | null;
  readonly first_sequence: number;
}

const ended: ReadonlySet<SessionStatus> = new Set<EndedStatus>(['stopped', 'error']);

/**
 * Condition of a query on `sessions` for those that are over for good. A failed session without a later run may be
 * taken up again, so it stays. So does a session whose last events a newer release wrote. It may have gone on.
 */
export function isCleanable({ endedBefore, statuses }: CleanupCriteria) {
  return (where: ExpressionBuilder<Tables, 'sessions'>) =>
    where.and([
      isOldEnough(where, { endedBefore, statuses }),
      where.or([where('sessions.status', '=', 'stopped'), where.not(isLatestRun)]),
      sql<SqlBool>`not exists (
        select from session_events as later
        where later.session_id = sessions.session_id and later.sequence > sessions.last_sequence
          and later.problem is not null
      )`,
    ]);
}

function isOldEnough(
  where: ExpressionBuilder<Tables, 'sessions'>,
  { endedBefore, statuses }: CleanupCriteria,
) {
  return where.and([
    where(
      'sessions.status',
      'in',
      statuses.filter((status) => ended.has(status)),
    ),
    where('sessions.stopped_at', '<', endedBefore),
  ]);
}

/** Oldest first. `next` is the `after` of the following page. @throws DatabaseUnavailable */
export async function listCleanable(
  database: Database,
  criteria: CleanupCriteria,
  { after, limit }: { after: number; limit: number },
): Promise<{ sessions: CleanableSession[]; next: number | undefined }> {
  const rows = await database
    .selectFrom('sessions')
    .select(['session_id', 'task_id', 'task_code', 'status', 'started_at', 'stopped_at', 'first_sequence'])
    .where(isCleanable(criteria))
    .where('sessions.first_sequence', '>', after)
    .orderBy('sessions.first_sequence')
    .limit(limit + 1)
    .execute();
  const sessions = rows.slice(0, limit);
  return { sessions, next: rows.length > limit ? sessions.at(-1)?.first_sequence : undefined };
}

/**
 * Counts the sessions to clean, and those that are old enough but may still be taken up again.
 * @throws DatabaseUnavailable
 */
export async function countCleanable(
  database: Database,
  criteria: CleanupCriteria,
): Promise<{ cleanable: number; recoverable: number }> {
  const count = sql<number>`count(*)::integer`.as('sessions');
  const cleanable = await database
    .selectFrom('sessions')
    .select(count)
    .where(isCleanable(criteria))
    .executeTakeFirstOrThrow();
  const recoverable = await database
    .selectFrom('sessions')
    .select(count)
    .where((where) => isOldEnough(where, criteria))
    .where('sessions.status', '=', 'error')
    .where(isLatestRun)
    .executeTakeFirstOrThrow();
  return { cleanable: cleanable.sessions, recoverable: recoverable.sessions };
}
