import type { Transaction } from 'kysely';
import type { Database } from '../../database/open-database.ts';
import type { Tables } from '../../database/tables.ts';

/** How far the read model has followed SESSIONS. `write-batch.ts` moves it in the statement that writes the rows. */
export interface Checkpoint {
  readonly lastSequence: number;
  /** Id of the event at that sequence, null when it could not be read or there is none. */
  readonly lastEventId: string | null;
}

const name = 'sessions';

export async function readCheckpoint(database: Database): Promise<Checkpoint | undefined> {
  const row = await database
    .selectFrom('projection_checkpoint')
    .select(['last_sequence', 'last_event_id'])
    .where('name', '=', name)
    .executeTakeFirst();
  return row && { lastSequence: row.last_sequence, lastEventId: row.last_event_id };
}

/** Locks the checkpoint's row until the transaction ends. */
export async function lockCheckpoint(transaction: Transaction<Tables>): Promise<number | undefined> {
  const row = await transaction
    .selectFrom('projection_checkpoint')
    .select('last_sequence')
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  return row?.last_sequence;
}

export async function writeCheckpoint(
  transaction: Transaction<Tables>,
  { lastSequence, lastEventId }: Checkpoint,
): Promise<void> {
  const values = { last_sequence: lastSequence, last_event_id: lastEventId };
  await transaction
    .insertInto('projection_checkpoint')
    .values({ name, ...values })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
    .execute();
}

/**
 * Returns the checkpoint, and makes it when there is none. A read model without one is begun from nothing: to have it
 * made again from the log, delete the checkpoint's row.
 */
export async function beginCheckpoint(database: Database): Promise<Checkpoint> {
  const existing = await readCheckpoint(database);
  if (existing) return existing;
  const begin: Checkpoint = { lastSequence: 0, lastEventId: null };
  await database.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('session_events').execute();
    await transaction.deleteFrom('sessions').execute();
    await writeCheckpoint(transaction, begin);
  });
  return begin;
}
