import { createDatabase, dropDatabase, runOnce } from '@holdfast/dev/postgres-databases.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../src/database/migrate.ts';
import { openDatabase } from '../src/database/open-database.ts';

const template = 'api_template';
/** Lets one test file make the template, even if several look for it at once. */
const templateLock = 0x686f6c64_7e;

/**
 * The URL of a new database that already has the tables of the API: a copy of one that the first file of the run made,
 * which takes half the time that an API needs to be ready on an empty database. It is dropped when the test file is
 * over.
 */
export async function apiDatabase(): Promise<string> {
  const adminUrl = inject('postgresAdminUrl');
  const name = `test_${crypto.randomUUID()}`;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [templateLock]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [template]);
    if (rowCount === 0) await makeTemplate(adminUrl);
    await client.query(`create database "${name}" template ${template}`);
  } finally {
    await client.end();
  }
  cleanUpAfterFile(() => dropDatabase(adminUrl, name));
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function makeTemplate(adminUrl: string): Promise<void> {
  const making = `${template}_in_the_making`;
  await dropDatabase(adminUrl, making);
  const log = createLogger('test', 'silent');
  const database = openDatabase({ url: await createDatabase(adminUrl, making), maxConnections: 2, log });
  await migrate(database, log);
  await database.destroy();
  await runOnce(adminUrl, `alter database ${making} rename to ${template}`);
}
