import { keepaliveSettings } from '@holdfast/sample-store/postgres/keepalive-settings.ts';
import { LeavingPool, type LeavingPoolOptions } from '@holdfast/sample-store/postgres/leaving-pool.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import {
  Kysely,
  type KyselyConfig,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
} from 'kysely';
import pg from 'pg';
import { DatabaseUnavailable, translateDatabaseError } from './database-unavailable.ts';
import { preparedName } from './prepared.ts';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;

export interface DatabaseOptions {
  readonly url: string;
  readonly maxConnections: number;
  readonly log: Logger;
}

/** A pool that survives the server: broken connections are dropped, new ones are made when they are needed. */
export function openDatabase({ url, maxConnections, log }: DatabaseOptions): Database {
  const pool = new LeavingPool({
    ...connectionOptions(url),
    max: maxConnections,
    query_timeout: 10_000,
    onBroken: (error) => log.debug({ err: error }, 'a database connection broke'),
  });
  const dialect: KyselyConfig['dialect'] = new PostgresDialect({ pool: translating(pool) });
  return new Kysely<Tables>({ dialect });
}

export const connectTimeoutMs = 2_000;

export function connectionOptions(url: string): LeavingPoolOptions {
  return {
    connectionString: url,
    application_name: 'holdfast-api',
    connectionTimeoutMillis: connectTimeoutMs,
    ...keepaliveSettings,
    types: {
      getTypeParser: ((oid: number, format: 'text') =>
        typeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  };
}

/** bigint as a number: ids, sequences and counters stay far below 2^53. */
function typeParser(oid: number, format: 'text') {
  return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);
}

/** pg's errors become ours at this edge, so that no code further in needs to know them. */
function translating(pool: LeavingPool): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      let client: pg.PoolClient;
      try {
        client = await pool.connect();
      } catch (error) {
        throw translateDatabaseError(error);
      }
      let broken = false;
      const guarded = {
        processID: (client as unknown as { processID?: number }).processID,
        query: async (text: string, parameters: readonly unknown[]) => {
          // A connection that is held for long would keep the server from ending.
          if (!pool.mayStay(client)) {
            broken = true;
            throw new DatabaseUnavailable('the database wants to end');
          }
          try {
            const values = parameters as unknown[];
            const name = preparedName(text);
            return await (name === undefined
              ? client.query(text, values)
              : client.query({ name, text, values }));
          } catch (error) {
            const translated = translateDatabaseError(error);
            // A server that has lost its place, such as one that only reads now, must be found again.
            broken ||= translated instanceof DatabaseUnavailable;
            throw translated;
          }
        },
        release: (destroy?: boolean) => client.release(destroy || broken),
      };
      return guarded as unknown as PostgresPoolClient;
    },
  };
}
