import { type QueryExecutorProvider, sql } from 'kysely';
import type { DeviceOfEpoch, FirstTick } from '../sample-store.ts';
import { int8Array } from './array-parameter.ts';
import { isBeforeWriters, unavailable } from './postgres-errors.ts';

/** Notes in samples.first_tick since when each device was read under each epoch. */
export async function noteFirstTicks(
  db: QueryExecutorProvider,
  firstTicks: readonly FirstTick[],
): Promise<void> {
  if (firstTicks.length === 0) return;
  // Ordered, so that two writers lock the rows in the same order.
  await sql`
    insert into samples.first_tick as existing (session_id, device_code, epoch, time_ms, sequence)
    select * from unnest(
      ${firstTicks.map(({ session }) => session)}::text[], ${firstTicks.map(({ device }) => device)}::text[],
      ${int8Array(firstTicks.map(({ epoch }) => epoch))}::int8[], ${int8Array(firstTicks.map(({ timeMs }) => timeMs))}::int8[],
      ${int8Array(firstTicks.map(({ sequence }) => sequence))}::int8[]
    ) as seen(session_id, device_code, epoch, time_ms, sequence)
    order by session_id, device_code, epoch
    on conflict (session_id, device_code, epoch) do update set time_ms = excluded.time_ms, sequence = excluded.sequence
      where excluded.sequence < existing.sequence
  `.execute(db);
}

/** Reads the first ticks of all epochs above the given one of each device. @throws SampleStoreUnavailable */
export async function readFirstTicks(
  db: QueryExecutorProvider,
  devices: readonly DeviceOfEpoch[],
): Promise<FirstTick[]> {
  // Nothing is stored under such a name, and asking for it would be refused.
  const storable = devices.filter(({ session, device }) => !`${session}${device}`.includes('\0'));
  if (storable.length === 0) return [];
  try {
    const { rows } = await sql<{
      session_id: string;
      device_code: string;
      epoch: string;
      time_ms: string;
      sequence: string;
    }>`
      select session_id, device_code, first.epoch, first.time_ms, first.sequence
      from (select distinct * from unnest(
        ${storable.map(({ session }) => session)}::text[], ${storable.map(({ device }) => device)}::text[],
        ${int8Array(storable.map(({ epoch }) => epoch))}::int8[]
      )) as asked(session_id, device_code, epoch)
      join samples.first_tick as first using (session_id, device_code)
      where first.epoch > asked.epoch
    `.execute(db);
    return rows.map((row) => ({
      session: row.session_id,
      device: row.device_code,
      epoch: Number(row.epoch),
      timeMs: Number(row.time_ms),
      sequence: Number(row.sequence),
    }));
  } catch (error) {
    if (isBeforeWriters(error)) return [];
    throw unavailable('cannot read since when devices were read', error);
  }
}
