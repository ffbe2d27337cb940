import { withNewerMigrations } from '@holdfast/sample-store/postgres/newer-migrations.ts';
import { mayMakeTables, migrationsToWaitFor } from '@holdfast/sample-store/postgres/owner-migrations.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { advisoryLocks } from './advisory-locks.ts';
import { DatabaseUnavailable } from './database-unavailable.ts';
import { migrations } from './migrations.ts';
import type { Database } from './open-database.ts';

/** The writer keeps its tables in the same database. */
const migrationTableName = 'api_migrations';

/**
 * Brings the schema up to date. If several processes start at once, one migrates and the others wait: Kysely takes its
 * own lock only after it made its tables, which two cannot do at once. A schema of a newer release is left as it is. A
 * role that may not make tables waits for their owner instead.
 */
export async function migrate(database: Database, log: Logger): Promise<void> {
  await database.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${sql.lit(advisoryLocks.migration)})`.execute(connection);
    try {
      const queries = connection as unknown as Kysely<unknown>;
      const ours = await migrations.getMigrations();
      const allMigrations = await withNewerMigrations(queries, migrationTableName, ours);
      if (allMigrations.newer.length > 0) {
        log.warn(
          { migrations: allMigrations.newer },
          'a newer release has changed the database; this one works on with it',
        );
      }
      if (!(await mayMakeTables(queries, 'public'))) {
        const missing = await migrationsToWaitFor(queries, migrationTableName, ours);
        if (missing === undefined) return;
        throw new DatabaseUnavailable(missing);
      }
      const migrator = new Migrator({
        db: database,
        provider: { getMigrations: async () => allMigrations.migrations },
        migrationTableName,
        migrationLockTableName: 'api_migrations_lock',
      });
      const { error, results } = await migrator.migrateToLatest();
      for (const { migrationName, status } of results ?? []) {
        if (status === 'Success') log.info({ migration: migrationName }, 'migrated the database');
      }
      if (error) throw error;
    } finally {
      await sql`select pg_advisory_unlock(${sql.lit(advisoryLocks.migration)})`
        .execute(connection)
        .catch(() => undefined);
    }
  });
}
