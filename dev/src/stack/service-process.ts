import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { KilledBeforeReady, type ProcessExit, type RunningProcess, startProcess } from '../child-process.ts';
import type { LineLog } from '../line-log.ts';
import { StackError } from './stack-error.ts';
import type { LiveProcess } from './supervised-child.ts';

export interface ServiceProcessOptions {
  readonly name: string;
  /** The module that it runs. */
  readonly main: URL;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
  /** Settings of the service. A variable with the same name and `_FILE` appended, which would win, is removed. */
  readonly env: Readonly<Record<string, string>>;
  /** All answer 2xx when the service does its work. */
  readonly readyUrls: readonly string[];
  readonly log: LineLog;
  /** Longer than its own deadline for its stop. */
  readonly stopGraceMs?: number;
}

// Longer than the deadline of any single service.
const STOP_GRACE_MS = 25_000;
const LOOK_AGAIN_MS = 50;
const ANSWER_WITHIN_MS = 2_000;

/** Starts a service of this repository on this process's own Node. */
export async function startService(options: ServiceProcessOptions): Promise<LiveProcess> {
  const { name, main, nodeOptions = [], env, readyUrls, log, stopGraceMs = STOP_GRACE_MS } = options;
  const started = await startProcess({
    name,
    command: process.execPath,
    args: [...nodeOptions, fileURLToPath(main)],
    env: { ...Object.fromEntries(Object.keys(env).map((key) => [`${key}_FILE`, undefined])), ...env },
    log,
  });
  let stopping: Promise<ProcessExit> | undefined;
  return {
    pid: started.pid,
    exited: started.exited,
    untilReady: (signal) => untilReady(started, readyUrls, signal),
    stop: () => {
      // Signals only once: the service would take a second signal for impatience.
      stopping ??= started.stop({ graceMs: stopGraceMs });
      return stopping;
    },
  };
}

async function untilReady(
  started: RunningProcess,
  urls: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  while (started.exit === undefined) {
    signal.throwIfAborted();
    const answered = await Promise.all(urls.map(answers));
    if (!answered.includes(false)) return;
    await sleep(LOOK_AGAIN_MS);
  }
  if (started.exit.signal !== null) throw new KilledBeforeReady(started, started.exit);
  throw new StackError(
    `${started.name} ended with exit code ${started.exit.code} before it was ready; the reason is in its log above.`,
  );
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
