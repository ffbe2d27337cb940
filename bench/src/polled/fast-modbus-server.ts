import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { UsageError } from '../benchmark.ts';

const source = join(import.meta.dirname, 'fast-modbus-server.c');

/** Units from here on never answer. */
export const firstSilentUnit = 200;

export interface FastModbusServer {
  readonly port: number;
  readonly pid: number;
  /** Requests that it has answered so far. */
  answered(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Compiles the server into the folder and starts it: every unit below {@link firstSilentUnit} answers.
 * @param address that it listens on; `0.0.0.0` makes each address of the loopback network an endpoint of its own
 * @param registers `still`: register n holds n; `changing`: each register has another value at each read
 * @throws UsageError without gcc
 */
export async function startFastModbusServer(
  folder: string,
  address = '127.0.0.1',
  registers: 'still' | 'changing' = 'still',
): Promise<FastModbusServer> {
  const gcc = findProgram('gcc');
  if (gcc === undefined) throw new UsageError('the device of this measurement is a C program: it needs gcc');
  const program = join(folder, 'fast-modbus-server');
  await promisify(execFile)(gcc, ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, source]);
  const child: ChildProcess = spawn(program, [address, ...(registers === 'changing' ? [registers] : [])], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('the server has no output');
  const lines = createInterface({ input: child.stdout });
  const [port] = await once(lines, 'line');
  return {
    port: Number(port),
    pid: child.pid ?? 0,
    answered: async () => {
      const line = once(lines, 'line');
      child.stdin?.write('?');
      return Number((await line)[0]);
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.stdin?.end();
      await exited;
    },
  };
}
