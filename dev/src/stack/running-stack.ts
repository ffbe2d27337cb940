import { execFile } from 'node:child_process';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { StackError } from './stack-error.ts';

const processSchema = z.object({ pid: z.int().positive(), identity: z.string() });
const runningSchema = z.object({
  ...processSchema.shape,
  started_at: z.string(),
  /** Addresses, set as soon as they are known. */
  api_url: z.string().optional(),
  nats_url: z.string().optional(),
  postgres_port: z.int().optional(),
  simulator_url: z.string().optional(),
  children: z.record(
    z.string(),
    /** Whether the process does its work by now. */
    processSchema.extend({ ready: z.boolean().optional() }),
  ),
});

/** The content of `running.json`, for people, tests and the next start. */
export type RunningStack = z.infer<typeof runningSchema>;
export type StackAddresses = Pick<RunningStack, 'api_url' | 'nats_url' | 'postgres_port' | 'simulator_url'>;

/** The right to use a home folder, held by one process at a time. */
export interface HomeClaim {
  /** Tells others where the stack can be reached. */
  publish(addresses: StackAddresses): Promise<void>;
  /** Notes that a child was started, for the first time or again. */
  childStarted(name: string, pid: number): Promise<void>;
  /** Notes that the child does its work. */
  childReady(name: string, pid: number): Promise<void>;
  release(): Promise<void>;
}

// A drain needs the broker, which ends at the same moment: waiting longer gains nothing, and a kill loses nothing.
const ORPHANS_END_WITHIN_MS = 5_000;
const LOOK_AGAIN_MS = 50;
const ATTEMPTS = 5;

/**
 * Claims the folder of `file`. Processes that a killed stack left behind are ended first: on Linux the kernel has asked
 * them to end together with the stack, so they are usually over already.
 * @throws StackError when a live stack has it
 */
export async function claimHome(
  file: string,
  onOrphans: (names: readonly string[]) => void,
): Promise<HomeClaim> {
  const identity = await identityOf(process.pid);
  const running: RunningStack = {
    pid: process.pid,
    identity: identity ?? '',
    started_at: new Date().toISOString(),
    children: {},
  };
  let orphans: RunningStack['children'] = {};
  for (let attempt = 1; !(await createExclusively(file, running)); attempt += 1) {
    const other = await readJsonFile(file, runningSchema);
    if (other !== undefined && (await isAlive(other))) throw alreadyRuns(other);
    if (attempt === ATTEMPTS) throw new StackError(`${file} cannot be replaced. Remove it and start again.`);
    orphans = { ...orphans, ...other?.children };
    await rm(file, { force: true });
  }
  await endOrphans(orphans, onOrphans);

  const ready = new Map<string, number>();
  // Writes go one after the other, so that the last state stays.
  let writing = Promise.resolve();
  const write = (): Promise<void> => {
    writing = writing.catch(() => {}).then(() => writeJsonFile(file, running));
    return writing;
  };
  return {
    publish: (addresses) => {
      Object.assign(running, addresses);
      return write();
    },
    childStarted: async (name, pid) => {
      const identity = (await identityOf(pid)) ?? '';
      running.children[name] = { pid, identity, ready: ready.get(name) === pid };
      await write();
    },
    childReady: async (name, pid) => {
      ready.set(name, pid);
      const child = running.children[name];
      // Otherwise the identity of the process is not known yet.
      if (child?.pid === pid) running.children[name] = { ...child, ready: true };
      await write();
    },
    release: async () => {
      await writing.catch(() => {});
      await rm(file, { force: true });
    },
  };
}

/** The live stack that has the folder of `file`. */
export async function runningStack(file: string): Promise<RunningStack | undefined> {
  const running = await readJsonFile(file, runningSchema);
  return running !== undefined && (await isAlive(running)) ? running : undefined;
}

/** @returns false when the file exists. A link appears with its whole content; opening exclusively does not promise it. */
async function createExclusively(file: string, content: unknown): Promise<boolean> {
  const complete = `${file}.${process.pid}`;
  await writeFile(complete, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  try {
    await link(complete, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(complete, { force: true });
  }
}

async function isAlive({ pid, identity }: z.infer<typeof processSchema>): Promise<boolean> {
  return identity !== '' && (await identityOf(pid)) === identity;
}

function alreadyRuns(other: RunningStack): StackError {
  const where = other.api_url === undefined ? 'It is just starting' : `Its API is at ${other.api_url}`;
  return new StackError(
    `The local stack runs here already: process ${other.pid}, since ${other.started_at}. ${where}.\n` +
      `Stop it with Ctrl+C in its terminal or with: kill -INT ${other.pid}\n` +
      'Or run a second one with data of its own next to it: HOLDFAST_HOME=.holdfast-2 API_PORT=0 npm start',
  );
}

async function endOrphans(
  children: RunningStack['children'],
  onOrphans: (names: readonly string[]) => void,
): Promise<void> {
  const living = async () => {
    const entries = await Promise.all(
      Object.entries(children).map(async (entry) => ({ entry, alive: await isAlive(entry[1]) })),
    );
    return entries.filter(({ alive }) => alive).map(({ entry: [name, { pid }] }) => ({ name, pid }));
  };
  let survivors = await living();
  if (survivors.length === 0) return;
  onOrphans(survivors.map(({ name }) => name));
  // On other systems no signal has asked them to end yet. SIGTERM would make PostgreSQL wait until every client has left.
  if (process.platform !== 'linux') {
    for (const { name, pid } of survivors) trySignal(pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM');
  }
  const killAt = performance.now() + ORPHANS_END_WITHIN_MS;
  while (survivors.length > 0) {
    if (performance.now() >= killAt) for (const { pid } of survivors) trySignal(pid, 'SIGKILL');
    await sleep(LOOK_AGAIN_MS);
    survivors = await living();
  }
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has ended in the meantime.
  }
}

/**
 * A name for a live process that no later process with the same id has: the system reuses ids, after a reboot even in
 * the same order. Undefined when there is no such process, or only its zombie.
 */
async function identityOf(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? linuxIdentity(pid) : psIdentity(pid);
}

// Fields of proc(5)'s stat line, counted from after the name in parentheses, which may itself hold blanks.
const STATE = 0;
const START_TIME = 19;

async function linuxIdentity(pid: number): Promise<string | undefined> {
  try {
    const [line, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    if (fields[STATE] === 'Z' || fields[STATE] === 'X') return undefined;
    return `${bootId.trim()}/${fields[START_TIME]}`;
  } catch {
    return undefined;
  }
}

async function psIdentity(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
