import { forgetTicks, sessionsOnRecord } from '@holdfast/sample-store/postgres/tick-coverage-table.ts';
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from '../../database/open-database.ts';
import type { Tables } from '../../database/tables.ts';
import { lockCheckpoint } from '../projection/checkpoint.ts';
import { type CleanupCriteria, isCleanable } from './cleanable-sessions.ts';

export interface CleanedUp {
  readonly removed: number;
  /** Whether there may be more. */
  readonly limitReached: boolean;
}

/** Sessions per transaction; the projector waits during each. */
const batchSize = 200;

/**
 * Removes ended sessions from the read model, oldest first: their rows, events, counters and the account of their
 * ticks. SESSIONS keeps its events, and stored values stay where they are. It works in small transactions and may stop
 * after any of them: the next call does the rest. Several calls may run at the same time.
 * @throws DatabaseUnavailable
 */
export async function cleanUp(
  database: Database,
  criteria: CleanupCriteria,
  { limit, signal }: { limit: number; signal?: AbortSignal },
): Promise<CleanedUp> {
  await finishCleaning(database, signal);
  let removed = 0;
  let after = 0;
  while (removed < limit && !signal?.aborted) {
    const max = Math.min(batchSize, limit - removed);
    const batch = await cleanBatch(database, criteria, { after, max });
    removed += batch.removed;
    await finishCleaning(database, signal);
    if (batch.removed < max) return { removed, limitReached: false };
    after = batch.lastFirstSequence;
  }
  return { removed, limitReached: true };
}

/**
 * Cleans one batch in one transaction with the checkpoint locked, so the projector neither works on these rows meanwhile
 * nor builds the read model again.
 */
async function cleanBatch(
  database: Database,
  criteria: CleanupCriteria,
  { after, max }: { after: number; max: number },
): Promise<{ removed: number; lastFirstSequence: number }> {
  return database.transaction().execute(async (transaction) => {
    // No checkpoint: the read model is about to be made again.
    if ((await lockCheckpoint(transaction)) === undefined) return { removed: 0, lastFirstSequence: after };
    const rows = await transaction
      .selectFrom('sessions')
      .innerJoin('session_events as last', (join) =>
        join.on(
          'last.sequence',
          '=',
          sql<number>`(select max(sequence) from session_events where session_id = sessions.session_id)`,
        ),
      )
      .select([
        'sessions.session_id',
        'sessions.task_id',
        'sessions.started_at',
        'sessions.first_sequence',
        'last.sequence as last_sequence',
        'last.event_id',
      ])
      .where(isCleanable(criteria))
      .where('sessions.first_sequence', '>', after)
      .orderBy('sessions.first_sequence')
      .limit(max)
      .execute();
    if (rows.length === 0) return { removed: 0, lastFirstSequence: after };
    const ids = rows.map(({ session_id }) => session_id);
    await transaction
      .insertInto('cleaned_sessions')
      .values(rows.map(({ event_id, ...row }) => ({ ...row, last_event_id: event_id ?? '' })))
      // A row is already there where the read model was made again without regard to it.
      .onConflict((conflict) =>
        conflict.column('session_id').doUpdateSet((row) => ({
          started_at: row.ref('excluded.started_at'),
          first_sequence: row.ref('excluded.first_sequence'),
          last_sequence: row.ref('excluded.last_sequence'),
          last_event_id: row.ref('excluded.last_event_id'),
          cleaned_at: sql`now()`,
          ticks_removed: false,
        })),
      )
      .execute();
    await transaction.deleteFrom('session_events').where('session_id', 'in', ids).execute();
    await transaction.deleteFrom('session_counters').where('session_id', 'in', ids).execute();
    await transaction.deleteFrom('sessions').where('session_id', 'in', ids).execute();
    return { removed: rows.length, lastFirstSequence: rows.at(-1)?.first_sequence ?? after };
  });
}

const sessionsLookedAt = 1_000;

/**
 * Removes what arrived for sessions after they were cleaned up, however long after: ticks of samples that had waited at a
 * collector or were sent again from the quarantine, ticks that the broker had confirmed, counters out of the bucket STATUS. Nobody is
 * shown any of that, and no other cleanup would find it.
 * @returns the number of such sessions. @throws DatabaseUnavailable
 */
export async function cleanUpLatecomers(
  database: Database,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  if (!(await database.selectFrom('cleaned_sessions').select('session_id').limit(1).executeTakeFirst()))
    return 0;
  let marked = 0;
  let after = '';
  while (!signal?.aborted) {
    const ids = await sessionsOnRecord(database, { after, limit: sessionsLookedAt });
    const last = ids.at(-1);
    if (last === undefined) break;
    marked += await markUnfinished(database, (where) => where('session_id', 'in', ids));
    after = last;
  }
  marked += await markUnfinished(database, (where) =>
    where.exists(
      where
        .selectFrom('session_counters')
        .select('epoch')
        .whereRef('session_counters.session_id', '=', 'cleaned_sessions.session_id'),
    ),
  );
  await finishCleaning(database, signal);
  return marked;
}

/** Marks only sessions that are not shown: the read model may have been made again without knowing of their cleanup. */
async function markUnfinished(
  database: Database,
  which: (where: ExpressionBuilder<Tables, 'cleaned_sessions'>) => Expression<SqlBool>,
): Promise<number> {
  const { numUpdatedRows } = await database
    .updateTable('cleaned_sessions')
    .set({ ticks_removed: false })
    .where('ticks_removed', '=', true)
    .where(which)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('sessions')
            .select('sessions.task_id')
            .whereRef('sessions.session_id', '=', 'cleaned_sessions.session_id'),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/**
 * Removes the tick accounts of sessions that were cleaned up, by this call or by one that broke off. They can be large, so
 * this is not done while the projector waits.
 */
async function finishCleaning(database: Database, signal: AbortSignal | undefined): Promise<void> {
  while (!signal?.aborted) {
    const unfinished = await database
      .selectFrom('cleaned_sessions')
      .select('session_id')
      .where(sql<boolean>`not ticks_removed`)
      .orderBy('session_id')
      .limit(batchSize)
      .execute();
    if (unfinished.length === 0) return;
    const ids = unfinished.map(({ session_id }) => session_id);
    let isDone = false;
    while (!isDone && !signal?.aborted) isDone = (await forgetTicks(database, ids)) === 0;
    // Whenever an API starts, the bucket STATUS brings back the collectors' last words on these sessions.
    await database.deleteFrom('session_counters').where('session_id', 'in', ids).execute();
    if (isDone) {
      await database
        .updateTable('cleaned_sessions')
        .set({ ticks_removed: true })
        .where('session_id', 'in', ids)
        .execute();
    }
  }
}
