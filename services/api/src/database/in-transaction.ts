import type { Database } from './open-database.ts';

/** Runs `use` in a new transaction, or in `database` itself if it is a transaction already. */
export function inTransaction<T>(database: Database, use: (transaction: Database) => Promise<T>): Promise<T> {
  return database.isTransaction ? use(database) : database.transaction().execute(use);
}
