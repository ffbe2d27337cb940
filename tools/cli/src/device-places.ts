import { devicePlace } from '@holdfast/driver/device-place.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import {
  connectionOf,
  type DeviceCreate,
  type DeviceView,
} from '@holdfast/shared/contracts/http/device-http.ts';

/** Tracks which device is at each place. The API refuses a device where another one is. */
export class DevicePlaces {
  readonly #codes = new Map<string, string>();
  readonly #places = new Map<string, string>();

  constructor(devices: readonly DeviceView[]) {
    for (const device of devices) this.take(device);
  }

  /** Puts a device at its place. @returns the code of another device that is there already */
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
