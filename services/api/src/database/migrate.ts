import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { advisoryLocks } from './advisory-locks.ts';
import { migrations } from './migrations.ts';
import type { Database } from './open-database.ts';

/**
 * Brings the schema up to date. Of several processes that start at once one migrates and the others wait:
 * Kysely's own lock comes only after it made its tables, which two at once cannot.
 */
export async function migrate(database: Database, log: Logger): Promise<void> {
  await database.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${sql.lit(advisoryLocks.migration)})`.execute(connection);
    try {
      const migrator = new Migrator({
        db: database,
        provider: migrations,
        // The writer keeps its tables in the same database.
        migrationTableName: 'api_migrations',
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
