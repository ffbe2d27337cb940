import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism, constants } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './find-program.mjs';
import { SetupError } from './messages.mjs';
import { ROOT } from './root.mjs';

// On Ctrl+C the terminal signals every process, and npm passes the same signal on once more; both count as one request.
// A second Ctrl+C a moment later is a second request, which the program may take for impatience.
const SAME_WISH_MS = 1_000;

// SIGHUP means that the terminal is gone: the program is to end in good order, as on SIGTERM.
const FORWARDED = { SIGINT: 'SIGINT', SIGTERM: 'SIGTERM', SIGHUP: 'SIGTERM' };

const children = new Set();
let requested;
const lastForwardedAt = new Map();

/** The first signal that asked this process to end, if any. */
export function stopRequested() {
  return requested;
}

/**
 * Runs a program to its end and returns its exit code (128 + n when a signal n ended it). Signals are passed on, and this
 * process ends only after the program has: it leads a group of its own, so that Ctrl+C reaches it once, through us.
 *
 * `stdout`: "inherit" for the program that the user called, otherwise it goes to stderr.
 */
export async function run(command, args, { stdout = 2, env = {} } = {}) {
  return endOf(launch(command, args, env, ['ignore', stdout, 'inherit']), command);
}

/**
 * Runs programs to their ends, as many at once as there are cores. What each prints is shown when it has ended, so that
 * they do not mix.
 * @param {string} command
 * @param {string[][]} argumentLists one for each run of the command
 * @returns their exit codes
 */
export async function runAtOnce(command, argumentLists) {
  const codes = [];
  const waiting = argumentLists.entries();
  const lane = async () => {
    for (const [index, args] of waiting) {
      if (requested !== undefined) return;
      const launched = launch(command, args, {}, ['ignore', 'pipe', 'pipe']);
      const output = [];
      for (const stream of [launched.stdout, launched.stderr]) stream.on('data', (data) => output.push(data));
      const closed = new Promise((resolve) => launched.once('close', resolve));
      codes[index] = await endOf(launched, command);
      await closed;
      process.stdout.write(Buffer.concat(output));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return codes;
}

/**
 * Runs a program whose output only matters when it fails: the output is returned, not shown. The program is killed with
 * all it started when it takes longer than `timeoutMs`, or prints nothing within `firstLineMs`.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, timeoutMs: number, firstLineMs?: number }} options
 */
export async function runQuietly(command, args, { env = {}, timeoutMs, firstLineMs = timeoutMs }) {
  const launched = launch(command, args, env, ['ignore', 'pipe', 'pipe']);
  const lines = [];
  let timedOut = false;
  const giveUp = () => {
    timedOut = true;
    killGroup(launched);
  };
  const untilFirstLine = setTimeout(giveUp, firstLineMs);
  const timers = [untilFirstLine, setTimeout(giveUp, timeoutMs)];
  for (const stream of [launched.stdout, launched.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      clearTimeout(untilFirstLine);
      lines.push(line);
    });
  }
  const closed = new Promise((resolve) => launched.once('close', resolve));
  try {
    const code = await endOf(launched, command);
    // The last lines may still be on their way; a daemon that the program started may hold its output open for ever.
    await Promise.race([closed, sleep(1_000, undefined, { ref: false })]);
    return { code, lines, timedOut };
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

function killGroup(leader) {
  try {
    process.kill(-leader.pid, 'SIGKILL');
  } catch {
    // The process has just ended.
  }
}

function launch(command, args, env, stdio) {
  passSignalsOn();
  if (requested !== undefined) throw new SetupError('Stopped.', exitCodeOf(requested));
  const through = throughSetpriv(command, args);
  const child = spawn(through.command, through.args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio,
    detached: true,
  });
  children.add(child);
  return child;
}

async function endOf(launched, command) {
  try {
    return await new Promise((resolve, reject) => {
      launched.once('error', (error) => reject(new SetupError(`Cannot run ${command}: ${error.message}`)));
      launched.once('exit', (code, signal) => resolve(code ?? exitCodeOf(signal)));
    });
  } finally {
    children.delete(launched);
  }
}

function exitCodeOf(signal) {
  return 128 + constants.signals[signal];
}

let passesSignalsOn = false;

function passSignalsOn() {
  if (passesSignalsOn) return;
  passesSignalsOn = true;
  for (const [received, forwarded] of Object.entries(FORWARDED)) {
    process.on(received, () => {
      requested ??= received;
      const now = performance.now();
      if (now - (lastForwardedAt.get(forwarded) ?? Number.NEGATIVE_INFINITY) < SAME_WISH_MS) return;
      lastForwardedAt.set(forwarded, now);
      for (const child of children) child.kill(forwarded);
    });
  }
}

let setpriv;

/** With util-linux, the kernel ends the program (SIGTERM) even when this process is killed by kill -9. */
function throughSetpriv(command, args) {
  setpriv ??= { path: process.platform === 'linux' ? findUsableSetpriv() : undefined };
  if (setpriv.path === undefined) return { command, args };
  return { command: setpriv.path, args: ['--pdeathsig=TERM', '--', command, ...args] };
}

function findUsableSetpriv() {
  const path = findProgram('setpriv');
  if (path === undefined) return undefined;
  return spawnSync(path, ['--pdeathsig=TERM', '--', 'true'], { stdio: 'ignore' }).status === 0
    ? path
    : undefined;
}
