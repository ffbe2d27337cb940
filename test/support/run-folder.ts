import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processExists } from '@holdfast/dev/child-process.ts';

const PREFIX = 'holdfast-test-run-';

/**
 * The folder that holds everything one test run writes. Its name carries the id of the run's process: a run that is
 * interrupted cannot clean up, and the next one does that for it.
 */
export async function makeRunFolder(): Promise<string> {
  await removeFoldersOfDeadRuns();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // Servers that root starts as another user must be able to pass through.
  await chmod(folder, 0o711);
  return folder;
}

async function removeFoldersOfDeadRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    // Another user's leftovers cannot be removed, and need not be.
    if (!processExists(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}
