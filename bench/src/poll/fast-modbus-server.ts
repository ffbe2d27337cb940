import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findExecutable } from '@holdfast/dev/find-executable.ts';
import { UsageError } from '../benchmark.ts';

const source = join(import.meta.dirname, 'fast-modbus-server.c');

export interface FastModbusServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Compiles it into the folder and starts it: register n holds n, every unit answers.
 * @throws UsageError without gcc
 */
export async function startFastModbusServer(folder: string): Promise<FastModbusServer> {
  const gcc = findExecutable('gcc');
  if (gcc === undefined) throw new UsageError('the device of this measurement is a C program: it needs gcc');
  const program = join(folder, 'fast-modbus-server');
  await promisify(execFile)(gcc, ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, source]);
  const child: ChildProcess = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  if (!child.stdout) throw new Error('the server has no output');
  const [port] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    port: Number(port),
    stop: async () => {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.stdin?.end();
      await exited;
    },
  };
}
