import { type Kysely, sql } from 'kysely';
import type { EpochStart } from '../sample-store.ts';
import { int8Array } from './array-parameter.ts';
import { isBeforeWriters, unavailable } from './postgres-errors.ts';

/** Removes these epochs from samples.epoch_start and samples.first_tick. @throws SampleStoreUnavailable */
export async function forgetEpochs(
  db: Kysely<unknown>,
  epochs: readonly Pick<EpochStart, 'session' | 'epoch'>[],
): Promise<void> {
  if (epochs.length === 0) return;
  const sessions = epochs.map(({ session }) => session);
  const epochRows = sql`select * from unnest(${sessions}::text[], ${int8Array(epochs.map(({ epoch }) => epoch))}::int8[])`;
  try {
    await db.transaction().execute(async (transaction) => {
      for (const table of ['epoch_start', 'first_tick']) {
        await sql`delete from samples.${sql.ref(table)} where (session_id, epoch) in (${epochRows})`.execute(
          transaction,
        );
      }
    });
  } catch (error) {
    if (isBeforeWriters(error)) return;
    throw unavailable('cannot take out epochs that were never given', error);
  }
}
