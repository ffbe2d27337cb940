import { devicePlace } from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import type { DeviceView } from '@holdfast/shared/contracts/http/configuration-http.ts';

/** The devices at each place, from change to change. The API refuses a device where another one is. */
export class DevicePlaces {
  readonly #codes = new Map<string, string>();
  readonly #places = new Map<string, string>();

  constructor(devices: readonly DeviceView[]) {
    for (const device of devices) this.take(device);
  }

  /** @returns the code of the device that is there already */
  take(device: DeviceView): string | undefined {
    this.#codes.delete(this.#places.get(device.code) ?? '');
    this.#places.delete(device.code);
    if (!device.enabled) return undefined;
    const place = devicePlace({ ...device, serial: device.serial ?? undefined });
    const other = this.#codes.get(place);
    if (other !== undefined) return other;
    this.#codes.set(place, device.code);
    this.#places.set(device.code, place);
    return undefined;
  }
}
