import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';

/** Runs a script next to busy processes, as on a machine that is far too small: `main.ts SCRIPT [arguments]`. */
const busyProcesses = 20;

const busy = Array.from({ length: busyProcesses }, () => fork(join(import.meta.dirname, 'busy-process.ts')));
const child = spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
for (const each of busy) each.disconnect();
process.exitCode = code ?? 128 + constants.signals[signal as NodeJS.Signals];
