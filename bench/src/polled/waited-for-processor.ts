import { readFile } from 'node:fs/promises';

/**
 * For how long the main thread of a process could have run and had no processor, since its start, in s: what other
 * work on the machine has taken from it. NaN where the kernel does not count it.
 */
export async function waitedForProcessorSeconds(pid: number): Promise<number> {
  try {
    const [, waitedNs] = (await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ');
    return Number(waitedNs) / 1e9;
  } catch {
    return Number.NaN;
  }
}
