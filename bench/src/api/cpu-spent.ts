import { readFile } from 'node:fs/promises';
import { childrenOf } from '@holdfast/dev/process-family.ts';

/** Linux counts CPU time in ticks of this length, whatever the kernel's own clock does. */
const usPerTick = 10_000;

/**
 * CPU time in µs of each process and its children, from now until the returned function is called. The children do the
 * work of PostgreSQL.
 */
export async function cpuSpent<Name extends string>(
  pids: Readonly<Record<Name, number>>,
): Promise<() => Promise<Record<Name, number>>> {
  const before = await familiesUs(pids);
  return async () => {
    const after = await familiesUs(pids);
    const names = Object.keys(pids) as Name[];
    return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as Record<
      Name,
      number
    >;
  };
}

async function familiesUs<Name extends string>(
  pids: Readonly<Record<Name, number>>,
): Promise<Record<Name, number>> {
  const entries = Object.entries<number>(pids).map(
    async ([name, pid]) => [name, await familyUs(pid)] as const,
  );
  return Object.fromEntries(await Promise.all(entries)) as Record<Name, number>;
}

/** Children that have ended count in the process's own fields. */
async function familyUs(pid: number): Promise<number> {
  const living = await Promise.all((await childrenOf(pid)).map((child) => ticksOf(child, 2)));
  return ((await ticksOf(pid, 4)) + living.reduce((sum, ticks) => sum + ticks, 0)) * usPerTick;
}

/**
 * Fields 14 to 17 of proc(5): user and system time, then those of ended children. 0 for a process that is gone meanwhile.
 */
async function ticksOf(pid: number, fields: 2 | 4): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name, in parentheses, may hold blanks; what follows is counted from the state, field 3.
  const times = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 11 + fields);
  return times.reduce((sum, ticks) => sum + (Number(ticks) || 0), 0);
}
