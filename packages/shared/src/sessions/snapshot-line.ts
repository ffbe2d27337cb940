import type { DeviceConfig } from '../contracts/task-config.ts';

/** Key under which a device keeps the SHA-256 of the snapshot line that it was read from. Copies and JSON lack it. */
const line = Symbol('line of a snapshot');

type Read = DeviceConfig & { readonly [line]?: string };

/** SHA-256 of the line that a device was read from, in hexadecimal, or undefined for one that comes from elsewhere. */
export function lineOf(device: DeviceConfig): string | undefined {
  return (device as Read)[line];
}

/** Marks a device with the line that it was read from. @returns the same device */
export function readFromLine(device: DeviceConfig, digest: string | undefined): DeviceConfig {
  return digest === undefined ? device : Object.defineProperty(device, line, { value: digest });
}

/** Whether two devices were read from equal lines, and so are equal. False says nothing. */
export function areOfSameLine(one: DeviceConfig, other: DeviceConfig): boolean {
  const digest = lineOf(one);
  return digest !== undefined && digest === lineOf(other);
}
