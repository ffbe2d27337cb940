import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { openPostgres } from './open-postgres.ts';
import { unavailable } from './postgres-errors.ts';
import { sampleSchemaName } from './sample-tables.ts';

/**
 * Creates or upgrades the tables of the schema `samples`. Safe to call by several processes at once: they take
 * turns on an advisory lock.
 * @throws SampleStoreUnavailable
 */
export async function migrateSampleTables(options: { readonly databaseUrl: string }): Promise<void> {
  const db = openPostgres<unknown>({ databaseUrl: options.databaseUrl, maxConnections: 2 });
  try {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => migrations },
      migrationTableSchema: sampleSchemaName,
    });
    const { error } = await migrator.migrateToLatest();
    if (error) throw unavailable('cannot prepare the tables for samples', error);
  } finally {
    await db.destroy();
  }
}

const migrations: Record<string, Migration> = {
  '0001_samples': { up: createTables },
};

async function createTables(db: Kysely<unknown>): Promise<void> {
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
