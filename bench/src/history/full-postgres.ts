import { join } from 'node:path';
import { startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import pg from 'pg';
import type { FullDatabase } from './full-database.ts';

export async function startPostgresFull(
  folder: string,
  cleanUp: AsyncDisposableStack,
): Promise<FullDatabase> {
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
  cleanUp.defer(async () => void (await postgres.stop()));
  const databaseUrl = await postgres.createDatabase('history');
  await migrateSampleTables({ databaseUrl });
  const store = openPostgresSampleStore({ databaseUrl });
  cleanUp.defer(() => store.close());
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  cleanUp.defer(() => client.end());
  return {
    store,
    async rest() {
      await client.query('vacuum (analyze) samples.sample_value');
      await client.query('checkpoint');
    },
    async askBare({ pointCode, devices, start, end }) {
      const { rows } = await client.query(
        `select time, value_double from samples.sample_value
         where series_id = (select id from samples.series where device_code = $1 and point_code = $2)
           and time >= $3 and time < $4 order by time`,
        [devices[0]?.deviceCode, pointCode, start, end],
      );
      return rows.length;
    },
    sizes: () => sizes(client),
    async versions() {
      const { rows } = await client.query<{ server_version: string }>('show server_version');
      return { postgres: rows[0]?.server_version ?? 'unknown' };
    },
  };
}

async function sizes(client: pg.Client): Promise<Record<string, number>> {
  const { rows } = await client.query<{ tables: string; indexes: string }>(
    `select sum(pg_table_size(inhrelid)) as tables, sum(pg_indexes_size(inhrelid)) as indexes
     from pg_inherits where inhparent = 'samples.sample_value'::regclass`,
  );
  const mebibytes = (bytes: string | undefined) => Math.round(Number(bytes) / 2 ** 20);
  return { tables_mib: mebibytes(rows[0]?.tables), indexes_mib: mebibytes(rows[0]?.indexes) };
}
