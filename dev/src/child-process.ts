import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { findProgram } from '../setup/find-program.mjs';
import { launchThroughSetpriv, type RunAs } from './launcher.ts';
import { type LineLog, LineLogBook } from './line-log.ts';
import { LocalServerError } from './local-server-error.ts';

export interface ProcessOptions {
  /** Its name in messages. */
  readonly name: string;
  /** A path, or a name to look for on the PATH. */
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to this process's own environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Gets every line of stdout and stderr. */
  readonly log?: LineLog;
  /** The signal from the kernel when this process dies without stopping its child (Linux only). Default SIGTERM. */
  readonly signalOnParentDeath?: NodeJS.Signals;
  readonly runAs?: RunAs;
  /** The network namespace to run in, as ip-netns(8) knows it (Linux, root). */
  readonly network?: string | undefined;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A signal, `kill -9` or the kernel's for want of memory, ended a process before it did its work: a new start may succeed. */
export class KilledBeforeReady extends Error {
  override readonly name = 'KilledBeforeReady';
  readonly pid: number;
  readonly exit: ProcessExit;

  constructor({ name, pid }: Pick<RunningProcess, 'name' | 'pid'>, exit: ProcessExit) {
    super(`${name} was ended by ${exit.signal} before it was ready.`);
    this.pid = pid;
    this.exit = exit;
  }
}

export interface StopOptions {
  /** How long to wait for a voluntary end before SIGKILL. Default 10 s. */
  readonly graceMs?: number;
  /** Default SIGTERM. */
  readonly signal?: NodeJS.Signals;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process has ended, however it ended. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Undefined while it runs. */
  readonly exit: ProcessExit | undefined;
  /** The last 200 lines of stdout and stderr, then every further one until the output ends. */
  lines(): AsyncIterable<string>;
  lastLines(count: number): string[];
  /** @returns false when the process had already ended */
  signal(signal: NodeJS.Signals): boolean;
  /** `kill -9` of this one process. Resolves when it has ended. */
  kill(): Promise<ProcessExit>;
  /** Asks the process to end, waits `graceMs`, then kills it with everything it started. Safe to repeat. */
  stop(options?: StopOptions): Promise<ProcessExit>;
}

const KEPT_LINES = 200;
const DEFAULT_GRACE_MS = 10_000;

/**
 * Starts a program as a real process. Rejects with `LocalServerError` (`not_installed`) when there is no such program.
 *
 * Every child leads a process group of its own: Ctrl+C on the terminal reaches only the parent, which then stops its
 * children in the right order (a broker must outlive the services that drain into it).
 *
 * What keeps children from outliving their parent:
 * - `stop()`, which is the proper way;
 * - at a regular end of this process (also by an uncaught error) each remaining child gets `signalOnParentDeath`;
 * - on Linux with util-linux's setpriv the kernel sends that signal when this process dies in any other way, kill -9
 *   included. It is bound to the thread that started the child, so start children from the main thread.
 *
 * Not covered: kill -9 of the parent on other systems, and grandchildren that leave the process group.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { name, log = () => {} } = options;
  const command = findProgram(options.command);
  if (command === undefined) {
    throw new LocalServerError('not_installed', `${name}: there is no program ${options.command} here.`);
  }
  const signalOnParentDeath = options.signalOnParentDeath ?? 'SIGTERM';
  const launch = launchThroughSetpriv(command, options.args ?? [], {
    signalOnParentDeath,
    runAs: options.runAs,
    network: options.network,
  });
  const child = spawn(launch.command, launch.args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // biome-ignore lint/style/noProcessEnv: children inherit PATH, HOME, locale and what the user set for the services
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(launch.uid === undefined ? {} : { uid: launch.uid }),
    ...(launch.gid === undefined ? {} : { gid: launch.gid }),
  });
  const book = new LineLogBook(KEPT_LINES);
  for (const output of [child.stdout, child.stderr]) {
    forEachLine(output, (line) => {
      book.add(line);
      log(line);
    });
  }
  child.once('close', () => book.close());
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await once(child, 'spawn');
  const started = new StartedProcess(name, child, exited, book);
  remember(started, signalOnParentDeath);
  return started;
}

/** The processes that `startProcess` has started and that still run. A test can assert that there are none. */
export function runningProcesses(): readonly RunningProcess[] {
  return [...running.keys()];
}

/** Whether a process with this id exists (a zombie counts until its parent has taken note of its end). */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

class StartedProcess implements RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  exit: ProcessExit | undefined;
  readonly #child: ChildProcess;
  readonly #book: LineLogBook;

  constructor(name: string, child: ChildProcess, exited: Promise<ProcessExit>, book: LineLogBook) {
    if (child.pid === undefined) throw new Error(`${name} was spawned without a process id`);
    this.name = name;
    this.pid = child.pid;
    this.#child = child;
    this.#book = book;
    this.exited = exited.then((exit) => {
      this.exit = exit;
      return exit;
    });
  }

  lines(): AsyncIterable<string> {
    return this.#book.follow();
  }

  lastLines(count: number): string[] {
    return this.#book.last(count);
  }

  signal(signal: NodeJS.Signals): boolean {
    return this.#child.kill(signal);
  }

  kill(): Promise<ProcessExit> {
    this.#child.kill('SIGKILL');
    return this.exited;
  }

  async stop({ graceMs = DEFAULT_GRACE_MS, signal = 'SIGTERM' }: StopOptions = {}): Promise<ProcessExit> {
    if (this.exit !== undefined) return this.exit;
    this.signal(signal);
    const killer = setTimeout(() => this.#killGroup(), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(killer);
    }
  }

  #killGroup(): void {
    // The number certainly means this process's group only until Node has taken note of the end.
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      this.#child.kill('SIGKILL');
    }
  }
}

const running = new Map<StartedProcess, NodeJS.Signals>();
let watchesOwnEnd = false;

function remember(started: StartedProcess, signalOnParentDeath: NodeJS.Signals): void {
  if (started.exit !== undefined) return;
  running.set(started, signalOnParentDeath);
  void started.exited.then(() => running.delete(started));
  if (watchesOwnEnd) return;
  watchesOwnEnd = true;
  process.once('exit', () => {
    for (const [child, signal] of running) child.signal(signal);
  });
}

function forEachLine(output: Readable, take: LineLog): void {
  createInterface({ input: output, crlfDelay: Number.POSITIVE_INFINITY }).on('line', take);
}
