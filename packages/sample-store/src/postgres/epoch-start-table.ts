import { type QueryExecutorProvider, sql } from 'kysely';
import type { EpochStart, StorableSample } from '../sample-store.ts';
import { int8Array } from './array-parameter.ts';
import { isBeforeWriters, unavailable } from './postgres-errors.ts';

/** Notes in samples.epoch_start where each epoch of each session began, as far as these samples show. */
export async function noteEpochStarts(
  db: QueryExecutorProvider,
  samples: readonly Pick<StorableSample, 'session' | 'epoch' | 'sequence'>[],
): Promise<void> {
  const starts = new Map<string, EpochStart>();
  for (const { session, epoch, sequence } of samples) {
    if (sequence === undefined) continue;
    const key = `${epoch} ${session}`;
    const start = starts.get(key);
    if (!start || sequence < start.sequence) starts.set(key, { session, epoch, sequence });
  }
  if (starts.size === 0) return;
  const rows = [...starts.values()];
  // Ordered, so that two writers lock the rows in the same order. There is nearly always nothing new to write.
  await sql`
    insert into samples.epoch_start as existing (session_id, epoch, first_sequence)
    select * from unnest(
      ${rows.map(({ session }) => session)}::text[], ${int8Array(rows.map(({ epoch }) => epoch))}::int8[],
      ${int8Array(rows.map(({ sequence }) => sequence))}::int8[]
    ) as seen(session_id, epoch, first_sequence)
    where not exists (
      select 1 from samples.epoch_start known
      where known.session_id = seen.session_id and known.epoch = seen.epoch
        and known.first_sequence <= seen.first_sequence)
    order by session_id, epoch
    on conflict (session_id, epoch) do update set first_sequence = excluded.first_sequence
      where excluded.first_sequence < existing.first_sequence
  `.execute(db);
}

/** @throws SampleStoreUnavailable */
export async function readEpochStarts(
  db: QueryExecutorProvider,
  recorded: ReadonlyMap<string, number>,
): Promise<EpochStart[]> {
  // No session with such a name is stored, and asking for it would be refused.
  const sessions = [...recorded.keys()].filter((session) => !session.includes('\0'));
  if (sessions.length === 0) return [];
  const epochs = sessions.map((session) => recorded.get(session) ?? 0);
  try {
    const { rows } = await sql<{ session_id: string; epoch: string; first_sequence: string }>`
      select session_id, start.epoch, first_sequence
      from unnest(${sessions}::text[], ${int8Array(epochs)}::int8[]) as known(session_id, epoch)
      join samples.epoch_start as start using (session_id)
      where start.epoch > known.epoch
      order by session_id, start.epoch
    `.execute(db);
    return rows.map((row) => ({
      session: row.session_id,
      epoch: Number(row.epoch),
      sequence: Number(row.first_sequence),
    }));
  } catch (error) {
    if (isBeforeWriters(error)) return [];
    throw unavailable('cannot read which epochs are stored', error);
  }
}
