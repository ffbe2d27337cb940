import type { Driver } from '@holdfast/driver/driver.ts';
import { endpointConflict } from '@holdfast/driver/endpoint-conflict.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Link } from '@holdfast/driver/link.ts';
import type { EndpointIdentity } from '@holdfast/driver/spec.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { AskedDevice } from './asked-device.ts';
import type { DeviceLinks } from './device-links.ts';
import { Endpoint } from './endpoint.ts';

interface OpenEndpoint {
  readonly endpoint: Endpoint;
  readonly identity: EndpointIdentity;
  users: number;
  /** How many users ask each unit. */
  readonly units: Map<string, number>;
}

/** The part of a device that says where its endpoint is. */
export type Acquired = Pick<AskedDevice, 'identity' | 'driver' | 'connection' | 'pace'>;

/** The endpoints in use, one link each, whatever number of sessions and devices share them. */
export class Endpoints {
  readonly #links: DeviceLinks;
  readonly #time: { readonly clock?: Clock; readonly timers?: Timers };
  readonly #open = new Map<string, OpenEndpoint>();
  /** Endpoints that nobody shares. */
  readonly #own = new Set<Endpoint>();

  constructor(links: DeviceLinks, time: { clock?: Clock; timers?: Timers } = {}) {
    this.#links = links;
    this.#time = time;
  }

  /** @throws RangeError where the protocol has no driver */
  driver(protocol: string): Driver {
    const driver = this.#links.drivers.get(protocol);
    if (!driver) throw new RangeError(`this collector has no driver for ${protocol}`);
    return driver;
  }

  /**
   * Gets the endpoint of a device. One that is in use in another way (another framing, another speed of the line) stays
   * as it is; the second to come gets an endpoint whose requests fail and say so.
   */
  acquire({ identity, driver, connection, pace: { unit } }: Acquired, sessionId: string): Endpoint {
    const openLink = () => this.#links.open(driver, connection, sessionId);
    if (!identity.isExclusive) {
      const endpoint = new Endpoint({ ...this.#time, openLink });
      this.#own.add(endpoint);
      return endpoint;
    }
    const known = this.#open.get(identity.key);
    const conflict = this.conflictOf(identity);
    if (conflict) return new Endpoint({ ...this.#time, openLink: () => refusingLink(conflict) });
    const entry = known ?? {
      ...{ endpoint: new Endpoint({ ...this.#time, openLink }), identity, users: 0, units: new Map() },
    };
    entry.users += 1;
    entry.units.set(unit, (entry.units.get(unit) ?? 0) + 1);
    this.#open.set(identity.key, entry);
    return entry.endpoint;
  }

  /** Why such an endpoint could not be had now, in words; undefined when it could. */
  conflictOf(identity: EndpointIdentity): string | undefined {
    const known = this.#open.get(identity.key);
    return known && endpointConflict(known.identity, identity);
  }

  /** Gives an endpoint back. The last user's release closes the connection: many devices serve only one. */
  release(
    { identity: { key }, pace: { unit } }: Pick<Acquired, 'identity' | 'pace'>,
    endpoint: Endpoint,
  ): void {
    if (this.#own.delete(endpoint)) endpoint.disconnect();
    const entry = this.#open.get(key);
    if (entry?.endpoint !== endpoint) return;
    entry.users -= 1;
    const left = (entry.units.get(unit) ?? 1) - 1;
    if (left > 0) entry.units.set(unit, left);
    else {
      entry.units.delete(unit);
      endpoint.forgetUnit(unit);
    }
    if (entry.users > 0) return;
    this.#open.delete(key);
    endpoint.disconnect();
  }

  /** Destroys every connection at once. */
  disconnectAll(): void {
    for (const { endpoint } of this.#open.values()) endpoint.disconnect();
    for (const endpoint of this.#own) endpoint.disconnect();
  }
}

function refusingLink(conflict: string): Link {
  const refuse = () => Promise.reject(new DriverFailure('connection', conflict, { wasSent: false }));
  return { read: refuse, write: refuse, disconnect: () => undefined };
}
