import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { sql } from 'kysely';
import { isDataRefusal } from '../../database/database-unavailable.ts';
import type { Database } from '../../database/open-database.ts';
import { type Checkpoint, lockCheckpoint } from './checkpoint.ts';
import { readCleaned } from './cleaned-sessions.ts';
import {
  type ProjectedBatch,
  projectBatch,
  type ReadEvent,
  readEvent,
  sessionsNamedIn,
  sessionsOf,
  unreadableRow,
} from './project-batch.ts';
import type { ProjectedRows } from './projected-rows.ts';
import type { SessionRow } from './read-model-rows.ts';
import { writeBatch } from './write-batch.ts';

/** Another process has written the read model meanwhile, so what this process remembers of it is out of date. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

/** Where the read model stands, and what the process that writes it knows of it. */
export interface ReadModel {
  readonly checkpoint: Checkpoint;
  readonly rows: ProjectedRows;
  /**
   * No event after this sequence was cleaned up when the projector began, and none is later: whatever is cleaned up
   * was in the read model, and so is older than what comes next.
   */
  readonly cleanedUpTo: number;
}

/**
 * Brings a batch into the read model together with the checkpoint, in one transaction. Events that cannot be read
 * or stored are kept as such and skipped: one of them must not stop all that follow.
 * @throws CheckpointMoved
 */
export async function applyBatch(
  database: Database,
  model: ReadModel,
  batch: readonly StoredEvent[],
  log: Logger,
): Promise<Checkpoint> {
  try {
    return await applyTogether(database, model, batch, log);
  } catch (error) {
    if (!isDataRefusal(error)) throw error;
    log.warn({ err: error }, 'a batch of session events could not be stored; taking them one by one');
  }
  let { checkpoint } = model;
  for (const event of batch) checkpoint = await applyAlone(database, { ...model, checkpoint }, event, log);
  return checkpoint;
}

async function applyAlone(
  database: Database,
  model: ReadModel,
  event: StoredEvent,
  log: Logger,
): Promise<Checkpoint> {
  try {
    return await applyTogether(database, model, [event], log);
  } catch (error) {
    if (!isDataRefusal(error)) throw error;
    const problem = `the database refuses it (SQLSTATE ${error.code})`;
    log.error({ err: error, sequence: event.sequence }, 'a session event cannot be stored; it is skipped');
    const bare = unreadableRow({ ...event, message: null }, problem);
    await write(database, model, event, { sessions: new Map(), events: [bare] });
    return after(event);
  }
}

async function applyTogether(
  database: Database,
  model: ReadModel,
  batch: readonly StoredEvent[],
  log: Logger,
): Promise<Checkpoint> {
  const last = batch.at(-1);
  if (!last) return model.checkpoint;
  const events = batch.map(readEvent);
  tellProblems(events, log);
  return (
    (await applyWithoutLooking(database, model, events, last)) ?? applyLocked(database, model, events, last)
  );
}

/**
 * Applies a batch in one statement if everything is known: each session has a row that this process wrote last and nobody
 * else can have changed, or begins in this batch. Otherwise nothing is written, and the result is undefined.
 */
async function applyWithoutLooking(
  database: Database,
  model: ReadModel,
  events: readonly ReadEvent[],
  last: StoredEvent,
): Promise<Checkpoint | undefined> {
  if ((events[0]?.row.sequence ?? 0) <= model.cleanedUpTo) return undefined;
  const rowById = new Map<string, SessionRow>();
  const takenForNew = new Set<string>();
  for (const read of events) {
    if (read.kind === 'unreadable') continue;
    const { type, sessionId } = read.decoded.event;
    if (rowById.has(sessionId) || takenForNew.has(sessionId)) continue;
    const row = model.rows.current(sessionId);
    if (row) rowById.set(sessionId, row);
    else if (type === 'session.started') takenForNew.add(sessionId);
    else return undefined;
  }
  const projected = projectBatch(rowById, events);
  const reached = after(last);
  if (!(await writeBatch(database, model.checkpoint, reached, projected, [...takenForNew]))) return undefined;
  model.rows.put(projected.sessions);
  return reached;
}

/** Reads, then writes, with the checkpoint locked. Nothing is cleaned up meanwhile, so what was read still holds. */
async function applyLocked(
  database: Database,
  model: ReadModel,
  events: readonly ReadEvent[],
  last: StoredEvent,
): Promise<Checkpoint> {
  const projected = await database.transaction().execute(async (transaction) => {
    await lockCheckpoint(transaction);
    const cleaned = await readCleaned(transaction, sessionsNamedIn(events));
    const before = await readRows(transaction, sessionsOf(events));
    const projected = projectBatch(before, events, cleaned);
    await write(transaction, model, last, projected);
    return projected;
  });
  model.rows.put(projected.sessions);
  return after(last);
}

/** @throws CheckpointMoved */
async function write(
  database: Database,
  { checkpoint }: ReadModel,
  last: StoredEvent,
  projected: ProjectedBatch,
): Promise<void> {
  if (await writeBatch(database, checkpoint, after(last), projected)) return;
  throw new CheckpointMoved(`the read model is not at sequence ${checkpoint.lastSequence} any more`);
}

function after(last: StoredEvent): Checkpoint {
  return { lastSequence: last.sequence, lastEventId: idOf(last) };
}

function tellProblems(events: readonly ReadEvent[], log: Logger): void {
  for (const { row } of events) {
    const { problem, sequence, task_id } = row;
    if (problem === null) continue;
    log.error(
      { sequence, task_id, problem },
      'a session event cannot be read by this release; it is skipped',
    );
  }
}

function idOf({ message }: StoredEvent): string | null {
  const id = (message as { id?: unknown } | null)?.id;
  // An id that the database could not hold unchanged proves nothing.
  return typeof id === 'string' && id.length <= 200 && !id.includes('\u0000') && id.isWellFormed()
    ? id
    : null;
}

async function readRows(database: Database, sessionIds: readonly string[]): Promise<Map<string, SessionRow>> {
  if (sessionIds.length === 0) return new Map();
  const rows = await database
    .selectFrom('sessions')
    .selectAll()
    .where('session_id', '=', sql<string>`any(${sessionIds})`)
    .execute();
  return new Map(rows.map((row) => [row.session_id, row]));
}
