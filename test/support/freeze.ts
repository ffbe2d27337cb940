import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';

/**
 * Stops a process with SIGSTOP and returns when all of it stands still: for a moment after the signal its other threads
 * may still take what comes. Thaw it in a `finally`: a test that fails must not leave a server standing.
 * @returns a function that lets it go on
 */
export async function freeze(pid: number): Promise<() => void> {
  process.kill(pid, 'SIGSTOP');
  await eventually(async () => (await states(pid)).every((state) => state === 'T'), {
    what: `process ${pid} to stand still`,
    intervalMs: 5,
  });
  return () => void process.kill(pid, 'SIGCONT');
}

/** States of each of its threads where the system reports them, else of the process. */
async function states(pid: number): Promise<string[]> {
  if (existsSync('/proc/self/task')) {
    const threads = await readdir(`/proc/${pid}/task`);
    const stats = await Promise.all(threads.map((id) => readFile(`/proc/${pid}/task/${id}/stat`, 'utf8')));
    // The name before it is in parentheses and may hold anything.
    return stats.map((stat) => stat.charAt(stat.lastIndexOf(')') + 2));
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]);
  return [stdout.trim().charAt(0)];
}
