import type { Database } from './open-database.ts';

/** In a transaction of its own, or in the one that this already is. */
export function inTransaction<T>(database: Database, use: (transaction: Database) => Promise<T>): Promise<T> {
  return database.isTransaction ? use(database) : database.transaction().execute(use);
}
