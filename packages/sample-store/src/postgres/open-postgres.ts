import { Kysely, PostgresDialect } from 'kysely';
import { keepaliveSettings } from './keepalive-settings.ts';
import { LeavingPool } from './leaving-pool.ts';

/** Longer than any batch takes (measured: 49,000 values in 0.4 s), but short enough to notice a dead peer. */
const usualQueryTimeoutMs = 30_000;
const connectTimeoutMs = 5_000;

export interface PostgresOptions {
  readonly databaseUrl: string;
  readonly maxConnections: number;
  /** Longest wait for the answer to one statement; 0 waits for ever. Default 30 s. */
  readonly queryTimeoutMs?: number;
}

/** Connects on first use, and again after every loss. */
export function openPostgres<Tables>(options: PostgresOptions): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: openPool(options) }) });
}

/** The same for callers that need the driver itself. */
export function openPool(options: PostgresOptions): LeavingPool {
  const queryTimeoutMs = options.queryTimeoutMs ?? usualQueryTimeoutMs;
  return new LeavingPool({
    connectionString: options.databaseUrl,
    max: options.maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: queryTimeoutMs,
    // The server's own timeout does not help when the server cannot be heard.
    query_timeout: queryTimeoutMs === 0 ? 0 : queryTimeoutMs + 5_000,
    ...keepaliveSettings,
  });
}
