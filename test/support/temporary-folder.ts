import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { cleanUpAfterFile } from './cleanup.ts';

/**
 * A new empty folder, removed with all that is in it when the test file is over, even when a process that was killed,
 * such as a backend of PostgreSQL, writes its last file during the removal.
 */
export async function temporaryFolder(what: string): Promise<string> {
  const path = await mkdtemp(join(inject('runFolder'), `${what}-`));
  cleanUpAfterFile(() => rm(path, { recursive: true, force: true, maxRetries: 10 }));
  return path;
}
