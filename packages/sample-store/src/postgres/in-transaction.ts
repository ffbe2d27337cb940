import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { LeavingPool } from './leaving-pool.ts';

export interface PostgresTransaction {
  readonly client: pg.PoolClient;
  /** The same connection, for statements. */
  readonly db: Kysely<unknown>;
}

/** Runs `work` in a transaction: all of it is committed, or nothing. */
export async function inTransaction<T>(
  pool: LeavingPool,
  work: (transaction: PostgresTransaction) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let isUsable = true;
  try {
    await client.query('begin');
    const result = await work({ client, db: statementsOn(client) });
    await client.query('commit');
    return result;
  } catch (error) {
    // After any other error the state of the connection is unknown: the server rolls back when the connection ends.
    isUsable = error instanceof pg.DatabaseError && (await rolledBack(client));
    throw error;
  } finally {
    client.release(!isUsable);
  }
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}

function statementsOn(client: pg.PoolClient): Kysely<unknown> {
  const borrowed = { query: client.query.bind(client), release: () => undefined };
  const pool = { connect: async () => borrowed, end: async () => undefined };
  return new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: pool as unknown as pg.Pool }),
  });
}
