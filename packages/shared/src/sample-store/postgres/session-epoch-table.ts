import { type QueryExecutorProvider, sql } from 'kysely';
import type { StorableSample } from '../sample-store.ts';
import { unavailable } from './postgres-errors.ts';

/** Keeps the highest epoch of each session in samples.session_epoch. */
export async function raiseEpochs(
  db: QueryExecutorProvider,
  samples: readonly Pick<StorableSample, 'session' | 'epoch'>[],
): Promise<void> {
  const highest = new Map<string, number>();
  for (const { session, epoch } of samples) {
    highest.set(session, Math.max(epoch, highest.get(session) ?? 0));
  }
  if (highest.size === 0) return;
  // Ordered, so that two writers lock the rows in the same order.
  await sql`
    insert into samples.session_epoch as existing (session_id, epoch)
    select * from unnest(${[...highest.keys()]}::text[], ${[...highest.values()]}::bigint[]) as e(session_id, epoch)
    order by session_id
    on conflict (session_id) do update set epoch = excluded.epoch where excluded.epoch > existing.epoch
  `.execute(db);
}

/** @throws SampleStoreUnavailable */
export async function readEpochs(db: QueryExecutorProvider): Promise<ReadonlyMap<string, number>> {
  try {
    const { rows } = await sql<{ session_id: string; epoch: string }>`
      select session_id, epoch from samples.session_epoch
    `.execute(db);
    return new Map(rows.map((row) => [row.session_id, Number(row.epoch)]));
  } catch (error) {
    throw unavailable('cannot read the stored epochs', error);
  }
}
