import { randomBytes } from 'node:crypto';
import { createDatabase, dropDatabase } from '@holdfast/dev/postgres-databases.ts';
import { inject } from 'vitest';
import { cleanUpAfterFile } from './cleanup.ts';

/**
 * The URL of a new empty database in the PostgreSQL that all test files of this run share. It is dropped, together with
 * connections that are still open, when the test file is over.
 */
export async function freshDatabase(): Promise<string> {
  const adminUrl = inject('postgresAdminUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = await createDatabase(adminUrl, name);
  cleanUpAfterFile(() => dropDatabase(adminUrl, name));
  return url;
}
