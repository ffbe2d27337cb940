import { type Migration, Migrator } from 'kysely/migration';
import { createTables } from './migrations/0001-samples.ts';
import { createTickCoverage } from './migrations/0002-tick-coverage.ts';
import { splitBySeriesAndDay } from './migrations/0003-series-and-days.ts';
import { keepEpochStarts } from './migrations/0004-epoch-starts.ts';
import { keepExactIntegers } from './migrations/0005-exact-integers.ts';
import { keepHistoryInTheIndex } from './migrations/0006-history-from-the-index.ts';
import { withNewerMigrations } from './newer-migrations.ts';
import { openPostgres } from './open-postgres.ts';
import { unavailable } from './postgres-errors.ts';
import { sampleSchemaName } from './sample-tables.ts';

/**
 * Creates or upgrades the tables of the schema `samples`, whose data stay. Safe to call by several processes at
 * once: they take turns on an advisory lock. Tables of a newer release are left as they are.
 * @throws SampleStoreUnavailable
 */
export async function migrateSampleTables(options: {
  readonly databaseUrl: string;
  /** Only up to this one; for tests of upgrades. */
  readonly upTo?: string;
}): Promise<void> {
  const db = openPostgres<unknown>({
    databaseUrl: options.databaseUrl,
    maxConnections: 2,
    // An upgrade rewrites what years have gathered.
    queryTimeoutMs: 0,
  });
  try {
    const known = await withNewerMigrations(db, `${sampleSchemaName}.kysely_migration`, migrations).catch(
      (error: unknown) => {
        throw unavailable('cannot prepare the tables for samples', error);
      },
    );
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => known.migrations },
      migrationTableSchema: sampleSchemaName,
    });
    const { error } = options.upTo
      ? await migrator.migrateTo(options.upTo)
      : await migrator.migrateToLatest();
    if (error) throw unavailable('cannot prepare the tables for samples', error);
  } finally {
    await db.destroy();
  }
}

const migrations: Record<string, Migration> = {
  '0001_samples': { up: createTables },
  '0002_tick_coverage': { up: createTickCoverage },
  '0003_series_and_days': { up: splitBySeriesAndDay },
  '0004_epoch_starts': { up: keepEpochStarts },
  '0005_exact_integers': { up: keepExactIntegers },
  '0006_history_from_the_index': { up: keepHistoryInTheIndex },
};
