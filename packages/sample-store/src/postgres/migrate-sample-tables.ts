import { type Migration, Migrator } from 'kysely/migration';
import { createAccountTables, createSampleTables } from './migrations/0001-samples.ts';
import { SchemaOfEarlierCommit, withNewerMigrations } from './newer-migrations.ts';
import { openPostgres } from './open-postgres.ts';
import { unavailable } from './postgres-errors.ts';
import { sampleSchemaName } from './sample-tables.ts';

/**
 * Creates or upgrades the tables of the schema `samples`, whose data stay. Safe to call by several processes at
 * once: they take turns on an advisory lock. Tables of a newer release are left as they are.
 * @throws SampleStoreUnavailable, SchemaOfEarlierCommit
 */
export async function migrateSampleTables({ databaseUrl }: { readonly databaseUrl: string }): Promise<void> {
  const db = openPostgres<unknown>({
    databaseUrl,
    maxConnections: 2,
    // An upgrade rewrites what years have gathered.
    queryTimeoutMs: 0,
  });
  try {
    const known = await withNewerMigrations(db, `${sampleSchemaName}.kysely_migration`, migrations).catch(
      (error: unknown) => {
        if (error instanceof SchemaOfEarlierCommit) throw error;
        throw unavailable('cannot prepare the tables for samples', error);
      },
    );
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => known.migrations },
      migrationTableSchema: sampleSchemaName,
    });
    const { error } = await migrator.migrateToLatest();
    if (error) throw unavailable('cannot prepare the tables for samples', error);
  } finally {
    await db.destroy();
  }
}

const migrations: Record<string, Migration> = {
  '0001_samples_and_account': {
    up: async (db) => {
      await createSampleTables(db);
      await createAccountTables(db);
    },
  },
};
