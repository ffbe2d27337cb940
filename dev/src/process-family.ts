import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const LOOK_AGAIN_MS = 10;

interface ProcessStatus {
  readonly parentPid: number;
  readonly isZombie: boolean;
}

/** The processes whose parent is `pid` right now. */
export async function childrenOf(pid: number): Promise<number[]> {
  if (process.platform !== 'linux') return childrenAccordingToPgrep(pid);
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const statuses = await Promise.all(pids.map(async (each) => ({ pid: each, status: await statusOf(each) })));
  return statuses.filter(({ status }) => status?.parentPid === pid).map((each) => each.pid);
}

/**
 * Whether a process has ended. A zombie counts as ended: in a container without an init an orphan stays one for ever.
 */
export async function isOver(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return true;
  }
  if (process.platform !== 'linux') return false;
  const status = await statusOf(pid);
  return status === undefined || status.isZombie;
}

/**
 * kill -9 of a process and its children, like a failing machine: none of them can notice the end of another. Returns
 * when the children are gone; the process itself is left to its parent.
 */
export async function killFamily(pid: number): Promise<void> {
  // A stopped process cannot start another child between the look and the kill.
  trySignal(pid, 'SIGSTOP');
  const children = await childrenOf(pid);
  for (const each of [pid, ...children]) trySignal(each, 'SIGKILL');
  for (const child of children) while (!(await isOver(child))) await sleep(LOOK_AGAIN_MS);
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has ended in the meantime, as wanted.
  }
}

/** From proc(5): "pid (name) state ppid …"; the name may hold anything, also parentheses. */
async function statusOf(pid: number): Promise<ProcessStatus | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (line === undefined) return undefined;
  const [state, parentPid] = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return { parentPid: Number(parentPid), isZombie: state === 'Z' || state === 'X' };
}

async function childrenAccordingToPgrep(pid: number): Promise<number[]> {
  try {
    const { stdout } = await promisify(execFile)('pgrep', ['-P', String(pid)]);
    return stdout.trim().split('\n').map(Number);
  } catch {
    return [];
  }
}
