import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Device, DevicePoint } from '@holdfast/driver/device.ts';
import type { DriverSpec } from '@holdfast/driver/spec.ts';
import type { Simulator } from '@holdfast/plant/simulator.ts';

const host = fileURLToPath(import.meta.resolve('@holdfast/plant/cli.ts'));

export interface TrialDevices {
  /** As a driver sees them. */
  readonly devices: readonly Device[];
  stop(): Promise<void>;
}

/** The trial devices of a protocol, played by a process of their own. */
export async function startTrialDevices(
  { trial }: Simulator,
  spec: DriverSpec,
  { folder, devices, values }: { folder: string; devices: number; values: number },
): Promise<TrialDevices> {
  const codes = Array.from({ length: devices }, (_, index) => `trial-${index + 1}`);
  const file = join(folder, `${spec.protocol}.yaml`);
  // JSON is YAML too.
  await writeFile(file, JSON.stringify({ endpoints: codes.map((code) => trial.endpoint(code, values)) }));
  const child: ChildProcess = spawn(process.execPath, [host, '--json', '--control-port', '0', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  if (!child.stdout) throw new Error('the plant has no output');
  const started: Device[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const { kind, device, endpoint: _, ...address } = JSON.parse(line) as Record<string, unknown>;
    if (kind === 'control') return { devices: started, stop };
    started.push(deviceOf(String(device), address, trial.points(values), spec));
  }
  throw new Error('the plant has ended');
}

function deviceOf(
  code: string,
  { protocol: _, ...fields }: Record<string, unknown>,
  points: readonly (Readonly<Record<string, unknown>> & { readonly code: string })[],
  spec: DriverSpec,
): Device {
  const connection = spec.connection.parse(fields);
  const own = Object.keys(spec.place.shape);
  return {
    ...{ id: code, code, protocol: spec.protocol, mode: 'polled', timeout_ms: 5_000, connection },
    points: points.map((point) => {
      const isOwn = ([name]: [string, unknown]) => own.includes(name);
      const place = Object.fromEntries(Object.entries(point).filter(isOwn));
      const common = Object.fromEntries(Object.entries(point).filter((field) => !isOwn(field)));
      const pointFields = { scale: 1, offset: 0, ...common } as unknown as Omit<DevicePoint, 'address'>;
      const parsed = spec.parseAddress(spec.place.parse(place), pointFields, connection);
      if (!parsed.ok) throw new Error(`${point.code}: ${JSON.stringify(parsed.problems)}`);
      return { ...pointFields, address: parsed.address };
    }),
  };
}
