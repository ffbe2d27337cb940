import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { cleanUpAfterFile } from './cleanup.ts';

/** A new empty folder, removed with all that is in it when the test file is over. */
export async function temporaryFolder(what: string): Promise<string> {
  const path = await mkdtemp(join(inject('runFolder'), `${what}-`));
  cleanUpAfterFile(() => rm(path, { recursive: true, force: true }));
  return path;
}
