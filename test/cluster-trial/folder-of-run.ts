import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processExists } from '@holdfast/dev/child-process.ts';

const prefix = 'holdfast-cluster-';
/** In the folder of a run that goes on: the id of its process. */
const mark = 'running';

/** A folder for all data and logs of this run. What runs that were killed have left behind is taken away. */
export async function newFolder(): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const former = join(tmpdir(), name);
    const pid = await readFile(join(former, mark), 'utf8').catch(() => undefined);
    if (pid !== undefined && !processExists(Number(pid))) await rm(former, { recursive: true, force: true });
  }
  const folder = await mkdtemp(join(tmpdir(), prefix));
  // PostgreSQL runs as another user where this runs as root, and must be able to pass through.
  await chmod(folder, 0o711);
  await writeFile(join(folder, mark), String(process.pid));
  return folder;
}

export async function dropFolder(folder: string, { isKept }: { isKept: boolean }): Promise<void> {
  await rm(isKept ? join(folder, mark) : folder, { recursive: true, force: true });
}
