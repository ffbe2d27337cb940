import type { Driver } from '@holdfast/driver/driver.ts';
import type { AddressRefusal } from '@holdfast/driver/host/tcp-channel.ts';
import type { Link } from '@holdfast/driver/link.ts';

/** The site of a device, as far as its collector has to know it. */
export interface DeviceSite {
  /** Empty for none. */
  readonly code: string;
  /** Where its devices may be reached, in CIDR notation; empty: wherever the collector may connect. */
  readonly networks: readonly string[];
}

/** For whom a link is made. */
export interface LinkUse {
  readonly sessionId: string;
  readonly site: DeviceSite;
  /** Why an address may not be connected to, beyond the networks of the collector and the site. */
  readonly refusal: AddressRefusal;
}

/** The ways to devices. */
export interface DeviceLinks {
  /** By protocol. */
  readonly drivers: ReadonlyMap<string, Driver>;
  /** Makes a link to a device's endpoint; nothing is opened yet. */
  open(driver: Driver, connection: object, use: LinkUse): Link;
}
