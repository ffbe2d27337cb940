import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { sql, type Transaction } from 'kysely';
import { isDataRefusal } from '../database/database-unavailable.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { type Checkpoint, lockCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { readCleaned } from './cleaned-sessions.ts';
import {
  type ProjectedBatch,
  projectBatch,
  sessionsNamedIn,
  sessionsOf,
  unreadableRow,
} from './project-batch.ts';
import type { SessionEventRow, SessionRow } from './session-row.ts';

/** Channel on which every commit of the projector says how far it is. */
export const projectionChannel = 'holdfast_projection';

/** Somebody else has written the read model meanwhile. What is in memory of it is out of date. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

/**
 * Brings a batch into the read model together with the checkpoint, in one transaction. Events that cannot be read
 * or stored are kept as such and skipped: one of them must not stop all that follow.
 */
export async function applyBatch(
  database: Database,
  checkpoint: Checkpoint,
  batch: readonly StoredEvent[],
  log: Logger,
): Promise<Checkpoint> {
  try {
    return await applyTogether(database, checkpoint, batch, log);
  } catch (error) {
    if (!isDataRefusal(error)) throw error;
    log.warn({ err: error }, 'a batch of session events could not be stored; taking them one by one');
  }
  let reached = checkpoint;
  for (const stored of batch) reached = await applyAlone(database, reached, stored, log);
  return reached;
}

async function applyAlone(
  database: Database,
  checkpoint: Checkpoint,
  stored: StoredEvent,
  log: Logger,
): Promise<Checkpoint> {
  try {
    return await applyTogether(database, checkpoint, [stored], log);
  } catch (error) {
    if (!isDataRefusal(error)) throw error;
    const problem = `the database refuses it (SQLSTATE ${error.code})`;
    log.error({ err: error, sequence: stored.sequence }, 'a session event cannot be stored; it is skipped');
    const bare = unreadableRow({ ...stored, message: null }, problem);
    return commit(database, checkpoint, [stored], async () => ({ sessions: new Map(), events: [bare] }));
  }
}

function applyTogether(
  database: Database,
  checkpoint: Checkpoint,
  batch: readonly StoredEvent[],
  log: Logger,
): Promise<Checkpoint> {
  return commit(database, checkpoint, batch, async (transaction) => {
    const cleaned = await readCleaned(transaction, sessionsNamedIn(batch));
    const before = await readRows(transaction, sessionsOf(batch));
    const projected = projectBatch(before, batch, cleaned);
    for (const { problem, sequence, task_id } of projected.events) {
      if (problem === null) continue;
      log.error(
        { sequence, task_id, problem },
        'a session event cannot be read by this release; it is skipped',
      );
    }
    return projected;
  });
}

async function commit(
  database: Database,
  checkpoint: Checkpoint,
  batch: readonly StoredEvent[],
  project: (transaction: Transaction<Tables>) => Promise<ProjectedBatch>,
): Promise<Checkpoint> {
  const last = batch.at(-1);
  if (!last) return checkpoint;
  const reached: Checkpoint = { lastSequence: last.sequence, lastEventId: idOf(last) };
  await database.transaction().execute(async (transaction) => {
    const found = await lockCheckpoint(transaction);
    if (found !== checkpoint.lastSequence) {
      throw new CheckpointMoved(`the read model is at sequence ${found}, not at ${checkpoint.lastSequence}`);
    }
    const { sessions, events } = await project(transaction);
    await writeRows(transaction, [...sessions.values()]);
    await writeEvents(transaction, events);
    await writeCheckpoint(transaction, reached);
    await sql`select pg_notify(${projectionChannel}, ${String(reached.lastSequence)})`.execute(transaction);
  });
  return reached;
}

function idOf({ message }: StoredEvent): string | null {
  const id = (message as { id?: unknown } | null)?.id;
  // An id that the database could not hold unchanged proves nothing.
  return typeof id === 'string' && id.length <= 200 && !id.includes('\u0000') && id.isWellFormed()
    ? id
    : null;
}

async function readRows(
  transaction: Transaction<Tables>,
  sessionIds: readonly string[],
): Promise<Map<string, SessionRow>> {
  if (sessionIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('sessions')
    .selectAll()
    .where('session_id', 'in', sessionIds)
    .execute();
  return new Map(rows.map((row) => [row.session_id, row]));
}

async function writeRows(transaction: Transaction<Tables>, rows: readonly SessionRow[]): Promise<void> {
  if (rows.length === 0) return;
  await transaction
    .insertInto('sessions')
    .values(rows.map((row) => ({ ...row, metadata: JSON.stringify(row.metadata) })))
    .onConflict((conflict) =>
      conflict.column('session_id').doUpdateSet((row) => ({
        task_id: row.ref('excluded.task_id'),
        task_code: row.ref('excluded.task_code'),
        status: row.ref('excluded.status'),
        started_at: row.ref('excluded.started_at'),
        stopped_at: row.ref('excluded.stopped_at'),
        config_version: row.ref('excluded.config_version'),
        metadata: row.ref('excluded.metadata'),
        error_message: row.ref('excluded.error_message'),
        error_cause: row.ref('excluded.error_cause'),
        error_attempt: row.ref('excluded.error_attempt'),
        soft_limit_at: row.ref('excluded.soft_limit_at'),
        hard_limit_at: row.ref('excluded.hard_limit_at'),
        warned_at: row.ref('excluded.warned_at'),
        stopped_by: row.ref('excluded.stopped_by'),
        stop_reason: row.ref('excluded.stop_reason'),
        collector_id: row.ref('excluded.collector_id'),
        epoch: row.ref('excluded.epoch'),
        placement_state: row.ref('excluded.placement_state'),
        placement_since: row.ref('excluded.placement_since'),
        placement_detail: row.ref('excluded.placement_detail'),
        first_sequence: row.ref('excluded.first_sequence'),
        last_sequence: row.ref('excluded.last_sequence'),
      })),
    )
    .execute();
}

async function writeEvents(
  transaction: Transaction<Tables>,
  events: readonly SessionEventRow[],
): Promise<void> {
  if (events.length === 0) return;
  await transaction
    .insertInto('session_events')
    .values(events.map((event) => ({ ...event, data: JSON.stringify(event.data ?? null) })))
    .execute();
}
