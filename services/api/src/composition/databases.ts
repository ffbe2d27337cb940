import { openSampleStore } from '@holdfast/sample-store/open-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import type { ApiConfig } from '../config.ts';
import { openDatabase } from '../database/open-database.ts';

export type Databases = ReturnType<typeof openDatabases>;

/** PostgreSQL, the store of values, and the record of what became of ticks; none is connected to yet. */
export function openDatabases(config: ApiConfig, { log, onStop }: ServiceContext) {
  const database = openDatabase({
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_MAX_CONNECTIONS,
    log,
  });
  onStop('database', () => database.destroy());
  const samples = openSampleStore(config);
  onStop('sample store', () => samples.close());
  const coverage = openPostgresTickCoverage({ databaseUrl: config.DATABASE_URL });
  onStop('tick coverage', () => coverage.close());
  return { database, samples, coverage };
}
