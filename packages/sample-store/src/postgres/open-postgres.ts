import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

/** Longer than any batch takes (measured: 49,000 values in 0.4 s), short enough to notice a dead peer. */
const usualQueryTimeoutMs = 30_000;
const connectTimeoutMs = 5_000;

export interface PostgresOptions {
  readonly databaseUrl: string;
  readonly maxConnections: number;
  /** Longest wait for the answer to one statement; 0 waits for ever. Default 30 s. */
  readonly queryTimeoutMs?: number;
}

/** Connects when it is first used, and anew after every loss. */
export function openPostgres<Tables>(options: PostgresOptions): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: openPool(options) }) });
}

/** The same for who needs the driver itself. */
export function openPool(options: PostgresOptions): pg.Pool {
  const queryTimeoutMs = options.queryTimeoutMs ?? usualQueryTimeoutMs;
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: queryTimeoutMs,
    // The server's own timeout says nothing when the server cannot be heard.
    query_timeout: queryTimeoutMs === 0 ? 0 : queryTimeoutMs + 5_000,
    keepAlive: true,
  });
  // A connection that breaks is replaced at its next use, and whoever was using it gets an error from its query. The
  // events say nothing new, but unheard they would end the process: the pool hears those of idle connections
  // only, not of one that breaks between two statements of a transaction.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
