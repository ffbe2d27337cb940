import { type Kysely, sql } from 'kysely';

/** For epochs that were stored before their place in the stream was kept: it is not known, and fences nothing. */
const unknownSequence = '9223372036854775807';

/**
 * Where in the stream each epoch of a session began: so that every writer rejects the same samples, whichever of
 * them saw the epoch first. And a view for people, who do not want to join.
 */
export async function keepEpochStarts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table samples.epoch_start (
      session_id text not null,
      epoch bigint not null,
      first_sequence bigint not null,
      primary key (session_id, epoch)
    )`.execute(db);
  await sql`
    insert into samples.epoch_start (session_id, epoch, first_sequence)
    select session_id, epoch, ${sql.raw(unknownSequence)} from samples.session_epoch`.execute(db);
  await sql`drop table samples.session_epoch`.execute(db);
  await sql`
    create view samples.reading as
    select time, device_code, point_code, value_double, value_bool, value_text, coalesce(uncertain, false) as uncertain,
           site_code, task_id, session_id, epoch
    from samples.sample_value join samples.series on series.id = series_id`.execute(db);
}
