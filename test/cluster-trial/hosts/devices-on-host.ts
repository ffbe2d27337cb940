import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import type { DeviceRequest } from '../../verify/history.ts';
import type { Host } from '../network/network.ts';

const firstPort = 15_020;

export interface Devices {
  /** In the order in which they came; grows. */
  readonly requests: readonly DeviceRequest[];
  /** Time of the newest request, by device. */
  readonly lastAtMs: ReadonlyMap<string, number>;
  portOf(device: string): number;
}

export async function startDevicesOn(
  host: Host,
  codes: readonly string[],
  logFile: string,
  /** By address. */
  collectors: ReadonlyMap<string, string>,
): Promise<Devices> {
  const requests: DeviceRequest[] = [];
  const lastAtMs = new Map<string, number>();
  await startProcess({
    name: host.name,
    command: process.execPath,
    args: [join(import.meta.dirname, 'devices.ts'), host.address, String(firstPort), ...codes],
    network: host.name,
    log: (line) => {
      appendFileSync(logFile, `${line}\n`);
      const [device, atMs, from, connectionId] = JSON.parse(line) as [string, number, string, number];
      requests.push({ device, atMs, collector: collectors.get(from) ?? from, connectionId });
      lastAtMs.set(device, atMs);
    },
  });
  return { requests, lastAtMs, portOf: (device) => firstPort + codes.indexOf(device) };
}
