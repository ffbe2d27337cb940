import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processExists } from '@holdfast/dev/child-process.ts';

/** A file in the folder of a run that goes on, with the id of its process. */
const mark = 'running';

/** Makes a folder for all data and logs of a run, and removes what killed runs have left behind. */
export async function newRunFolder(prefix: string): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const former = join(tmpdir(), name);
    const pid = await readFile(join(former, mark), 'utf8').catch(() => undefined);
    if (pid !== undefined && !processExists(Number(pid))) await rm(former, { recursive: true, force: true });
  }
  const folder = await mkdtemp(join(tmpdir(), prefix));
  // Where this runs as root, PostgreSQL runs as another user, who must be able to pass through.
  await chmod(folder, 0o711);
  await writeFile(join(folder, mark), String(process.pid));
  return folder;
}

/** Ends the run in its folder, which is kept for those who look for the reason of a failure. */
export async function endRunFolder(folder: string, { isKept }: { isKept: boolean }): Promise<void> {
  await rm(isKept ? join(folder, mark) : folder, { recursive: true, force: true });
  if (isKept) console.error(`logs and data: ${folder}`);
}
