import { type Kysely, sql } from 'kysely';

/**
 * Values become narrow: what all values of a point have in common is said once in `series`, and a value is
 * found by (series, time), the only index. Tables are split by day (UTC), so that old days are dropped instead of
 * deleted; the days themselves are made by whoever writes. Where the TimescaleDB extension is in the
 * database, a hypertable with chunks of a day does the splitting.
 *
 * Stored rows are copied.
 */
export async function splitBySeriesAndDay(db: Kysely<unknown>): Promise<void> {
  await sql`alter table samples.sample_value rename to sample_value_before`.execute(db);
  await sql`alter table samples.sample_miss rename to sample_miss_before`.execute(db);
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
  const { rows } = await sql`select 1 from pg_extension where extname = 'timescaledb'`.execute(db);
  const hasTimescale = rows.length > 0;
  const partitioned = hasTimescale ? sql`` : sql`partition by range (time)`;
  await sql`
    create table samples.sample_value (
      time timestamptz not null,
      epoch bigint not null,
      value_double double precision,
      series_id int not null,
      value_bool boolean,
      uncertain boolean,
      value_text text,
      primary key (series_id, time),
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
  await copyWhatIsStored(db, hasTimescale);
}

/**
 * Makes the partitions of a day where they are missing. Attaching takes a lock that lets reading and writing of other
 * days go on, unlike CREATE TABLE … PARTITION OF; whoever wants the same day waits for the first.
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
        execute format('create table samples.%I (like samples.%I including all)', partition, parent);
        execute format(
          'alter table samples.%I attach partition samples.%I for values from (%L) to (%L)',
          parent, partition, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
      end if;
    end loop;
  end
  $function$`;

async function copyWhatIsStored(db: Kysely<unknown>, hasTimescale: boolean): Promise<void> {
  if (!hasTimescale) {
    await sql`
      select samples.create_day(day) from (
        select (time at time zone 'UTC')::date as day from samples.sample_value_before
        union select (time at time zone 'UTC')::date from samples.sample_miss_before
      ) as days`.execute(db);
  }
  await sql`
    insert into samples.series (session_id, task_id, device_code, site_code, point_code)
    select distinct on (session_id, device_code, point_code)
           session_id, task_id, device_code, site_code, point_code
    from samples.sample_value_before
    order by session_id, device_code, point_code, time desc`.execute(db);
  await sql`
    insert into samples.sample_value (series_id, time, epoch, value_double, value_bool, value_text)
    select series.id, time, epoch, value_double, value_bool, value_text
    from samples.sample_value_before join samples.series using (session_id, device_code, point_code)
  `.execute(db);
  await sql`
    insert into samples.sample_miss
      (session_id, task_id, device_code, site_code, time, tick, epoch, cause, detail, recorded_at)
    select session_id, task_id, device_code, site_code, time, tick, epoch, cause, detail, recorded_at
    from samples.sample_miss_before`.execute(db);
  await sql`drop table samples.sample_value_before`.execute(db);
  await sql`drop table samples.sample_miss_before`.execute(db);
}
