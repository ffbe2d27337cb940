import { readFile } from 'node:fs/promises';

/** Linux counts CPU time in these, whatever the kernel's own clock does. */
const ticksPerSecond = 100;

export interface ProcessUsage {
  /** CPU time since its start, in s. */
  readonly cpuSeconds: number;
  readonly residentMib: number;
}

/** @throws when there is no such process, or no /proc */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold blanks; what follows is counted from the state, field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpuTicks = Number(fields[11]) + Number(fields[12]);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const residentKib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN);
  return { cpuSeconds: cpuTicks / ticksPerSecond, residentMib: Math.round(residentKib / 1024) };
}
