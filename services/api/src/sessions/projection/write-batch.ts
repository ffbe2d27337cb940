import type { Database } from '../../database/open-database.ts';
import { execute, prepared } from '../../database/prepared.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { ProjectedBatch } from './project-batch.ts';
import { type SessionEventRow, sessionColumns } from './read-model-rows.ts';

/** Channel on which every commit of the projector says how far it is. */
export const projectionChannel = 'holdfast_projection';

/** All columns; this does not compile if one is missing. */
const eventColumns = Object.keys({
  sequence: true,
  session_id: true,
  task_id: true,
  type: true,
  time: true,
  event_id: true,
  source: true,
  data: true,
  problem: true,
} satisfies Record<keyof SessionEventRow, true>);

const of = (alias: string, columns: readonly string[]) =>
  columns.map((name) => `${alias}.${name}`).join(', ');

/**
 * Writes a batch of any size in one statement, and so in one transaction and one round trip: with separate statements, a
 * batch of a few events cost PostgreSQL and this process more than its rows did. Rows come as one JSON text for each kind,
 * so the statement is always the same and is planned once. Nothing is written unless the checkpoint is where the batch
 * begins and the sessions taken for new have no row. Those are looked up one by one: for `= any()`, a kept plan that was
 * made while the table was small would read all of it when it is large.
 */
export const writeStatement = prepared<{ told: string }>(
  'write_batch',
  `with moved as (
    update projection_checkpoint set last_sequence = $2, last_event_id = $3
    where name = 'sessions' and last_sequence = $1
      and not exists (
        select from unnest($6::text[]) as taken (id)
        cross join lateral (select from sessions where session_id = taken.id limit 1) as known
      )
    returning last_sequence
  ), written_sessions as (
    insert into sessions (${sessionColumns.join(', ')})
    select ${of('fresh', sessionColumns)} from moved, json_populate_recordset(null::sessions, $4::json) as fresh
    on conflict (session_id) do update set
    ${sessionColumns
      .filter((name) => name !== 'session_id')
      .map((name) => `${name} = excluded.${name}`)
      .join(', ')}
  ), written_events as (
    insert into session_events (${eventColumns.join(', ')})
    select ${of('fresh', eventColumns)} from moved, json_populate_recordset(null::session_events, $5::json) as fresh
  )
  select pg_notify('${projectionChannel}', moved.last_sequence::text) as told from moved`,
);

/**
 * Brings rows into the read model together with the checkpoint, and notifies every process.
 * @returns false, with nothing written, when the checkpoint is not at `from`, or a session `takenForNew` has a row
 */
export async function writeBatch(
  database: Database,
  from: Checkpoint,
  reached: Checkpoint,
  { sessions, events }: ProjectedBatch,
  takenForNew: readonly string[] = [],
): Promise<boolean> {
  const rows = await execute(database, writeStatement, [
    from.lastSequence,
    reached.lastSequence,
    reached.lastEventId,
    JSON.stringify([...sessions.values()]),
    JSON.stringify(events),
    takenForNew,
  ]);
  return rows.length === 1;
}
