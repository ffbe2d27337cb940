import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { installedPeer } from '@holdfast/test/support/installed-peer.ts';

const folder = fileURLToPath(new URL('../../../../../test/foreign/', import.meta.url));
const [pythonWithPymodbus, gcc] = [installedPeer('pythonWithPymodbus'), installedPeer('gcc')];

export const hasPymodbus = pythonWithPymodbus !== null;
export const hasSocat = installedPeer('socat') !== null;
export const hasLibmodbus = gcc !== null && installedPeer('libmodbus') !== null;

export interface ForeignDevice {
  /** The first line that the program printed, parsed. */
  readonly announced: unknown;
  /** The values there, as the program itself reports them. */
  holds(table: 'coil' | 'holding_register', address: number, count: number): Promise<unknown>;
  stop(): Promise<void>;
}

export function startPymodbusDevice(...args: string[]): Promise<ForeignDevice> {
  return start(pythonWithPymodbus ?? '', [join(folder, 'modbus-device.py'), ...args]);
}

/** Compiles the program that `startLibmodbusDevice` needs; `remove` deletes it. */
export async function compileLibmodbusDevice(): Promise<{ program: string; remove(): Promise<void> }> {
  const output = await mkdtemp(join(tmpdir(), 'holdfast-libmodbus-'));
  const program = join(output, 'modbus-device');
  const source = join(folder, 'modbus-device.c');
  const compiled = spawnSync(gcc ?? '', ['-I/usr/include/modbus', '-o', program, source, '-lmodbus'], {
    encoding: 'utf8',
  });
  if (compiled.status !== 0) throw new Error(`the libmodbus device does not compile:\n${compiled.stderr}`);
  return { program, remove: () => rm(output, { recursive: true, force: true }) };
}

export function startLibmodbusDevice(program: string, ...args: string[]): Promise<ForeignDevice> {
  return start(program, args);
}

async function start(program: string, args: string[]): Promise<ForeignDevice> {
  const child: ChildProcess = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr?.on('data', (text) => {
    complaints += text;
  });
  if (!child.stdout) throw new Error('the child has no output');
  const lines = createInterface({ input: child.stdout });
  const nextLine = () =>
    Promise.race([
      once(lines, 'line').then(([text]: unknown[]) => JSON.parse(String(text)) as unknown),
      once(child, 'exit').then(() => {
        throw new Error(`the device ended\n${complaints}`);
      }),
    ]);
  const announced = await nextLine();
  return {
    announced,
    holds: (table, address, count) => {
      const answer = nextLine();
      child.stdin?.write(`${table} ${address} ${count}\n`);
      return answer;
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.stdin?.end();
      await exited;
    },
  };
}
