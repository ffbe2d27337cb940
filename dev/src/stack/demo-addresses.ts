import type { PatientClient } from '@holdfast/api-client/patient-client.ts';
import type { DemoConfiguration } from '@holdfast/plant/workshop.ts';
import { devicePageSchema, deviceViewSchema } from '@holdfast/shared/contracts/http/device-http.ts';
import * as z from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const fileSchema = z.record(z.string(), z.object({ host: z.string(), port: z.int() }));

/** The addresses of the simulated machines that the API was last told, by device code. */
export type DemoAddresses = z.infer<typeof fileSchema>;

export function readDemoAddresses(file: string): Promise<DemoAddresses | undefined> {
  return readJsonFile(file, fileSchema);
}

export async function writeDemoAddresses(file: string, devices: DemoConfiguration['devices']): Promise<void> {
  const addresses = Object.fromEntries(devices.map(({ code, host, port }) => [code, { host, port }]));
  await writeJsonFile(file, addresses satisfies DemoAddresses);
}

/**
 * Tells the API the simulator's present address for demo devices that still have their former one: a device that a user
 * pointed elsewhere stays there.
 * @returns codes of the devices that moved, also when an earlier, interrupted call has moved them
 */
export async function moveDemoDevices(
  api: PatientClient,
  devices: DemoConfiguration['devices'],
  former: DemoAddresses,
): Promise<string[]> {
  const moved: string[] = [];
  for (const { code, host, port } of devices) {
    const was = former[code];
    if (was === undefined || (was.host === host && was.port === port)) continue;
    const { results } = await api.get(
      `/api/config/devices/?${new URLSearchParams({ code })}`,
      devicePageSchema,
    );
    const [device] = results;
    if (device === undefined) continue;
    if (device.host === was.host && device.port === was.port) {
      await api.patch(`/api/config/devices/${device.id}/`, { host, port }, deviceViewSchema);
      moved.push(code);
    } else if (device.host === host && device.port === port) {
      moved.push(code);
    }
  }
  return moved;
}
