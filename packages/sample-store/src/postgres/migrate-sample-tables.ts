import { type Migration, Migrator } from 'kysely/migration';
import { SampleStoreUnavailable } from '../sample-store.ts';
import { createAccountTables, createSampleTables } from './migrations/0001-samples.ts';
import { createDayFunctions } from './migrations/0002-day-functions.ts';
import { SchemaOfEarlierCommit, withNewerMigrations } from './newer-migrations.ts';
import { openPostgres } from './open-postgres.ts';
import { mayMakeTables, migrationsToWaitFor } from './owner-migrations.ts';
import { unavailable } from './postgres-errors.ts';
import { sampleSchemaName } from './sample-tables.ts';

const notPrepared = 'cannot prepare the tables for samples';
const migrationTable = `${sampleSchemaName}.kysely_migration`;

/**
 * Creates or upgrades the tables of the schema `samples`; their data stay. Several processes may call it at once: they
 * take turns on an advisory lock. Tables of a newer release are left as they are. A role that may not make tables waits
 * for their owner instead.
 * @throws SampleStoreUnavailable, SchemaOfEarlierCommit
 */
export async function migrateSampleTables({ databaseUrl }: { readonly databaseUrl: string }): Promise<void> {
  const db = openPostgres<unknown>({
    databaseUrl,
    maxConnections: 2,
    // Without a limit: an upgrade may rewrite the data of years.
    queryTimeoutMs: 0,
  });
  try {
    const allMigrations = await asking(() => withNewerMigrations(db, migrationTable, migrations));
    if (!(await asking(() => mayMakeTables(db, sampleSchemaName)))) {
      const missing = await asking(() => migrationsToWaitFor(db, migrationTable, migrations));
      if (missing === undefined) return;
      throw new SampleStoreUnavailable(`${notPrepared}: ${missing}`, 'not_prepared');
    }
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => allMigrations.migrations },
      migrationTableSchema: sampleSchemaName,
    });
    const { error } = await migrator.migrateToLatest();
    if (error) throw unavailable(notPrepared, error);
  } finally {
    await db.destroy();
  }
}

async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof SchemaOfEarlierCommit ? error : unavailable(notPrepared, error);
  }
}

const migrations: Record<string, Migration> = {
  '0001_samples_and_account_in_rows': {
    up: async (db) => {
      await createSampleTables(db);
      await createAccountTables(db);
    },
  },
  '0002_day_functions': { up: createDayFunctions },
};
