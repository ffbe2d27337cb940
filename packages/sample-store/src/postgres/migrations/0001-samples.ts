import { type Kysely, sql } from 'kysely';

/**
 * Creates the tables of samples. Properties that all values of a point share stand once in `series`, and a value is
 * found by (series, time). Tables are split by day (UTC), so that old days are dropped instead of deleted; the writer
 * makes the tables of new days. Where the database has the TimescaleDB extension, a hypertable with chunks of a day
 * does the splitting.
 *
 * The index of values includes the columns that history needs, except texts, which can be too long for it. Rows are
 * stored tick by tick, so the values of one point are far apart in the table, one on a page: a day of values a second
 * touched 70,000 pages, and now touches 500 of the index. (A hypertable has the index without these columns.) For that,
 * PostgreSQL must know that all rows of a page are visible, so a new day is vacuumed as soon as a twentieth of it is
 * new.
 */
export async function createSampleTables(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`select 1 from pg_extension where extname = 'timescaledb'`.execute(db);
  const hasTimescale = rows.length > 0;
  const partitioned = hasTimescale ? sql`` : sql`partition by range (time)`;
  const included = hasTimescale ? sql`` : sql`include (value_double, value_bool, uncertain, value_exact)`;
  await sql`
    create table samples.series (
      id int generated always as identity primary key,
      session_id text not null,
      task_id text not null,
      device_code text not null,
      site_code text not null,
      point_code text not null,
      unique (session_id, device_code, point_code)
    )`.execute(db);
  await sql`create index series_point on samples.series (point_code, device_code)`.execute(db);
  // value_exact: the digits of 64-bit integers, where value_double is not exact. source_time: set where the source
  // itself gave the time. Both are nearly always null, which takes no room.
  await sql`
    create table samples.sample_value (
      time timestamptz not null,
      epoch bigint not null,
      value_double double precision,
      series_id int not null,
      value_bool boolean,
      uncertain boolean,
      value_text text,
      value_exact numeric(20),
      source_time timestamptz,
      primary key (series_id, time) ${included},
      constraint one_value check (num_nonnulls(value_double, value_bool, value_text) = 1)
    ) ${partitioned}`.execute(db);
  await sql`
    create table samples.sample_miss (
      session_id text not null,
      task_id text not null,
      device_code text not null,
      site_code text not null,
      time timestamptz not null,
      tick bigint not null,
      through_tick bigint,
      epoch bigint not null,
      cause text not null,
      detail text not null,
      recorded_at timestamptz not null default now(),
      primary key (session_id, device_code, time)
    ) ${partitioned}`.execute(db);
  if (hasTimescale) {
    for (const table of ['samples.sample_value', 'samples.sample_miss']) {
      await sql`select create_hypertable(${table}::regclass, 'time', chunk_time_interval => interval '1 day')`.execute(
        db,
      );
    }
  }
  await createDay.execute(db);
  // A view for people who do not want to join.
  await sql`
    create view samples.reading as
    select time, device_code, point_code, value_double, value_bool, value_text, coalesce(uncertain, false) as uncertain,
           site_code, task_id, session_id, epoch, value_exact, source_time
    from samples.sample_value join samples.series on series.id = series_id`.execute(db);
}

/**
 * Creates the account of ticks.
 *
 * `tick_coverage`: the outcome of each tick, in one row for each day (UTC), device, length of tick and outcome, or more
 * where a row is full. It is rewritten with each batch, hence the room left on its pages. `lacking_ticks`: the same for
 * stored ticks that lack points, by the name of the list of these points; `lacking_points`: the lists.
 *
 * `epoch_start` and `first_tick`: where in the stream each epoch of a session began, and since when each device was
 * read under it. By these every writer rejects the same samples, whichever writer saw the epoch first.
 */
export async function createAccountTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table samples.tick_coverage (
      session_id text not null,
      device_code text not null,
      day date not null,
      period_ms int not null,
      outcome text not null,
      first_tick bigint not null,
      ticks int8multirange not null,
      primary key (session_id, device_code, day, period_ms, outcome, first_tick)
    ) with (fillfactor = 50)`.execute(db);
  await sql`
    create table samples.lacking_ticks (
      session_id text not null,
      device_code text not null,
      day date not null,
      period_ms int not null,
      set_name text not null,
      first_tick bigint not null,
      ticks int8multirange not null,
      primary key (session_id, device_code, day, period_ms, set_name, first_tick)
    ) with (fillfactor = 50)`.execute(db);
  await sql`
    create table samples.lacking_points (
      session_id text not null,
      set_name text not null,
      points jsonb not null,
      primary key (session_id, set_name)
    )`.execute(db);
  await sql`
    create table samples.epoch_start (
      session_id text not null,
      epoch bigint not null,
      first_sequence bigint not null,
      primary key (session_id, epoch)
    )`.execute(db);
  await sql`
    create table samples.first_tick (
      session_id text not null,
      device_code text not null,
      epoch bigint not null,
      time_ms bigint not null,
      sequence bigint not null,
      primary key (session_id, device_code, epoch)
    )`.execute(db);
}

/**
 * Makes the missing partitions of a day. Attaching takes a lock that lets reading and writing of other days go on,
 * unlike CREATE TABLE … PARTITION OF; others that want the same day wait for the first.
 */
const createDay = sql`
  create function samples.create_day(day date) returns void language plpgsql as $function$
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
