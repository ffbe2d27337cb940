import { type Kysely, sql } from 'kysely';

export async function createTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table samples.sample_value (
      session_id text not null,
      task_id text not null,
      device_code text not null,
      site_code text not null,
      point_code text not null,
      time timestamptz not null,
      tick bigint not null,
      epoch bigint not null,
      value_double double precision,
      value_bool boolean,
      value_text text,
      primary key (session_id, device_code, point_code, time),
      check (num_nonnulls(value_double, value_bool, value_text) = 1)
    )`.execute(db);
  await sql`
    create index sample_value_history on samples.sample_value (point_code, device_code, time desc)
  `.execute(db);
  await sql`
    create table samples.sample_miss (
      session_id text not null,
      task_id text not null,
      device_code text not null,
      site_code text not null,
      time timestamptz not null,
      tick bigint not null,
      epoch bigint not null,
      cause text not null,
      detail text not null,
      recorded_at timestamptz not null default now(),
      primary key (session_id, device_code, time)
    )`.execute(db);
  // The highest epoch of every session: asking sample_value for it would read the whole table.
  await sql`
    create table samples.session_epoch (
      session_id text primary key,
      epoch bigint not null
    )`.execute(db);
}
