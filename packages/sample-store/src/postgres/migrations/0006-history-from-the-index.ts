import { type Kysely, sql } from 'kysely';

/**
 * The index of values carries what history asks for, apart from texts, which can be too long for it. The values of one point
 * lie far apart in the table, one on a page, since they are stored tick by tick: a day of values a second
 * touched 70,000 pages, and now touches 500 of the index. (A hypertable keeps the index it has.)
 *
 * Pages must be known to be visible to all for that, so new days are vacuumed as soon as a twentieth is new.
 */
export async function keepHistoryInTheIndex(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ relkind: string }>`
    select relkind from pg_class where oid = 'samples.sample_value'::regclass
  `.execute(db);
  if (rows[0]?.relkind !== 'p') return;
  const { rows: keys } = await sql<{ conname: string }>`
    select conname from pg_constraint where conrelid = 'samples.sample_value'::regclass and contype = 'p'
  `.execute(db);
  for (const { conname } of keys) {
    await sql`alter table samples.sample_value drop constraint ${sql.id(conname)}`.execute(db);
  }
  await sql`
    alter table samples.sample_value add primary key (series_id, time)
      include (value_double, value_bool, uncertain, value_exact)`.execute(db);
  await createDay.execute(db);
}

/** As in 0003, with the setting for vacuum. */
const createDay = sql`
  create or replace function samples.create_day(day date) returns void language plpgsql as $function$
  declare
    parent text;
    partition text;
  begin
    perform pg_advisory_xact_lock(hashtext('samples.create_day'));
    foreach parent in array array['sample_value', 'sample_miss'] loop
      partition := parent || '_' || to_char(day, 'YYYYMMDD');
      if to_regclass('samples.' || partition) is null then
        execute format(
          'create table samples.%I (like samples.%I including all) with (autovacuum_vacuum_insert_scale_factor = 0.05)',
          partition, parent);
        execute format(
          'alter table samples.%I attach partition samples.%I for values from (%L) to (%L)',
          parent, partition, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
      end if;
    end loop;
  end
  $function$`;
