import { type Kysely, sql } from 'kysely';

/**
 * What became of each tick, a row a day (UTC), device and outcome. Sessions that ran before this table was made are
 * entered from what is stored of them; their period is not known any more, so the day is that of the
 * values. Rows are rewritten with each batch, hence the room left on their pages.
 */
export async function createTickCoverage(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table samples.tick_coverage (
      session_id text not null,
      device_code text not null,
      day date not null,
      outcome text not null,
      ticks int8multirange not null,
      primary key (session_id, device_code, day, outcome)
    ) with (fillfactor = 50)`.execute(db);
  await sql`
    insert into samples.tick_coverage (session_id, device_code, day, outcome, ticks)
    select session_id, device_code, (time at time zone 'UTC')::date, 'stored',
           range_agg(int8range(tick, tick, '[]'))
    from (select distinct session_id, device_code, time, tick from samples.sample_value) as read
    group by 1, 2, 3`.execute(db);
  await sql`
    insert into samples.tick_coverage (session_id, device_code, day, outcome, ticks)
    select session_id, device_code, (time at time zone 'UTC')::date, cause,
           range_agg(int8range(tick, tick, '[]'))
    from samples.sample_miss
    group by 1, 2, 3, 4`.execute(db);
}
