import { devicePlace } from '@holdfast/driver/device-place.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import {
  connectionOf,
  type DeviceCreate,
  type DeviceView,
} from '@holdfast/shared/contracts/http/device-http.ts';

/** The devices at each place, from change to change. The API refuses a device where another one is. */
export class DevicePlaces {
  readonly #codes = new Map<string, string>();
  readonly #places = new Map<string, string>();

  constructor(devices: readonly DeviceView[]) {
    for (const device of devices) this.take(device);
  }

  /** @returns the code of the device that is there already */
  take(device: DeviceCreate): string | undefined {
    this.#codes.delete(this.#places.get(device.code) ?? '');
    this.#places.delete(device.code);
    const spec = specs.get(device.protocol);
    if (!device.enabled || !spec) return undefined;
    const place = devicePlace(spec, connectionOf(spec, device), device.site_id);
    if (place === undefined) return undefined;
    const other = this.#codes.get(place);
    if (other !== undefined) return other;
    this.#codes.set(place, device.code);
    this.#places.set(device.code, place);
    return undefined;
  }
}
