import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cleanUpAfterFile } from './cleanup.ts';
import { installedPeer } from './installed-peer.ts';

export interface ForeignPoint {
  readonly code: string;
  readonly table: string;
  readonly address: number;
  readonly data_type: string;
  readonly byte_order: string;
  readonly scale: number;
  readonly offset: number;
  /** The value that a reader must arrive at. */
  readonly value: number | boolean;
}

/** A point of any type, and what a reader must arrive at, by value code. */
export interface TypedForeignPoint extends Readonly<Record<string, unknown>> {
  readonly code: string;
  readonly readings: {
    readonly values: Readonly<Record<string, number | boolean | string>>;
    /** 64-bit integers in decimal. */
    readonly integers: Readonly<Record<string, string>>;
    readonly uncertain: readonly string[];
  };
}

export interface ForeignDevice {
  readonly port: number;
  readonly unit_id: number;
  readonly points: ForeignPoint[];
  /** Another unit behind the same port, as is the next. */
  readonly second_unit: { readonly unit_id: number; readonly holding_registers: readonly number[] };
  readonly every_type: { readonly unit_id: number; readonly points: readonly TypedForeignPoint[] };
  /** Stops it, before the test file is over. */
  stop(): Promise<unknown>;
}

const program = fileURLToPath(new URL('../foreign/modbus-device.py', import.meta.url));

/** For `describe.skipIf(!foreignDeviceIsInstalled())`. */
export function foreignDeviceIsInstalled(): boolean {
  return installedPeer('pythonWithPymodbus') !== null;
}

/**
 * A Modbus device that is not ours: pymodbus serves known values.
 * @param args arguments of the program, see there; Modbus TCP without any
 */
export async function foreignDevice(...args: string[]): Promise<ForeignDevice> {
  const python = installedPeer('pythonWithPymodbus');
  if (python === null) throw new Error('pymodbus is not installed: guard with foreignDeviceIsInstalled()');
  const child: ChildProcess = spawn(python, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const stop = cleanUpAfterFile(async () => {
    if (child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.stdin?.end();
    await exited;
  });
  if (!child.stdout) throw new Error('the device has no output');
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([text]: unknown[]) => String(text)),
    once(child, 'exit').then(() => {
      throw new Error('the pymodbus device did not start');
    }),
  ]);
  return { ...(JSON.parse(line) as Omit<ForeignDevice, 'stop'>), stop };
}
