import { type Kysely, sql } from 'kysely';

/**
 * The digits of 64-bit integers, where value_double is not exact. Nearly always null, which takes no room: it is the
 * eighth column, and the row's map of nulls is a byte in any case.
 */
export async function keepExactIntegers(db: Kysely<unknown>): Promise<void> {
  await sql`alter table samples.sample_value add column value_exact numeric(20)`.execute(db);
  await sql`
    create or replace view samples.reading as
    select time, device_code, point_code, value_double, value_bool, value_text, coalesce(uncertain, false) as uncertain,
           site_code, task_id, session_id, epoch, value_exact
    from samples.sample_value join samples.series on series.id = series_id`.execute(db);
}
