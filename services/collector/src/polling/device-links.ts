import type { Driver } from '@holdfast/driver/driver.ts';
import type { Link } from '@holdfast/driver/link.ts';

/** The ways to devices. */
export interface DeviceLinks {
  /** By protocol. */
  readonly drivers: ReadonlyMap<string, Driver>;
  /** Makes a link of a session to a device's endpoint; nothing is opened yet. */
  open(driver: Driver, connection: object, sessionId: string): Link;
}
