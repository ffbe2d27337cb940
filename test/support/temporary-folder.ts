import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUpAfterFile } from './cleanup.ts';

/** A new empty folder, removed with all that is in it when the test file is over. */
export async function temporaryFolder(what: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `holdfast-test-${what}-`));
  cleanUpAfterFile(() => rm(path, { recursive: true, force: true }));
  return path;
}
