import { isIP } from 'node:net';
import type { Driver } from '@holdfast/driver/driver.ts';
import { endpointConflict } from '@holdfast/driver/endpoint-conflict.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import { hostAndPort, plainHost } from '@holdfast/driver/host-name.ts';
import type { Link } from '@holdfast/driver/link.ts';
import type { EndpointIdentity } from '@holdfast/driver/spec.ts';
import { addressesOfEndpoint } from '@holdfast/shared/contracts/addresses-call.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { type Clock, systemClock } from '@holdfast/shared/runtime/clock.ts';
import { siteNetworkRule } from '@holdfast/shared/runtime/networks.ts';
import { systemTimers, type Timers, withDeadline } from '@holdfast/shared/runtime/timers.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { DeviceLinks, LinkUse } from './device-links.ts';
import { Endpoint } from './endpoint.ts';
import type { PollableDevice } from './pollable-device.ts';

interface OpenEndpoint {
  readonly endpoint: Endpoint;
  readonly identity: EndpointIdentity;
  /** The address and port of the endpoint, or its key. */
  readonly place: string;
  users: number;
  /** How many users ask each unit. */
  readonly units: Map<string, number>;
}

/** The part of a device that says where its endpoint is. */
export type Acquired = Pick<PollableDevice, 'identity' | 'driver' | 'connection' | 'pace' | 'site'>;

/** The addresses of a name. @throws where there are none */
export type HostLookup = (host: string) => Promise<readonly string[]>;

/** A session's start waits so long for the addresses of its devices. */
const lookUpWithinMs = 1_000;
const lookedUpAgainMs = 30_000;

interface Options {
  readonly clock?: Clock;
  readonly timers?: Timers;
  /** Without it, each name is a host of its own. */
  readonly lookUp?: HostLookup;
}

/**
 * The endpoints in use, one link each, whatever number of sessions and devices share them, and however they spell the
 * host.
 */
export class Endpoints {
  readonly #links: DeviceLinks;
  readonly #time: Pick<Options, 'clock' | 'timers'>;
  readonly #lookUp: HostLookup | undefined;
  /** By address and port, or by key where the address is not known. */
  readonly #open = new Map<string, OpenEndpoint>();
  readonly #used = new Map<Endpoint, OpenEndpoint>();
  /** Endpoints that are not shared. */
  readonly #own = new Set<Endpoint>();
  /** Places by the keys of endpoints in use: a name keeps its place while it is used, whatever DNS says meanwhile. */
  readonly #places = new Map<string, string>();
  /** The places whose links have connected to an address with a port. */
  readonly #dialed = new Map<string, string>();
  readonly #addresses = new Map<string, { readonly ips: readonly string[]; readonly atMs: number }>();

  constructor(links: DeviceLinks, { lookUp, ...time }: Options = {}) {
    this.#links = links;
    this.#time = time;
    this.#lookUp = lookUp;
  }

  /**
   * Finds the addresses of devices that are named: two names of one address share a connection. A name without an answer
   * in time counts as a host of its own until it is looked up for another session.
   */
  async locate(devices: Iterable<Pick<DeviceConfig, 'protocol' | 'connection'>>): Promise<void> {
    const hosts: string[] = [];
    for (const { protocol, connection } of devices) {
      const identity = this.#links.drivers.get(protocol)?.spec.endpoint(connection);
      if (identity?.isExclusive && identity.tcp) hosts.push(identity.tcp.host);
    }
    await this.#lookUpNew(hosts);
  }

  /** The addresses that its links have connected to, and those of its name, for each endpoint that has some. */
  async addressesOf(keys: readonly string[]): Promise<Record<string, string[]>> {
    await this.#lookUpNew(keys.map((key) => hostOf(key)));
    const dialed = new Map<string, string[]>();
    for (const [address, place] of this.#dialed) {
      dialed.set(place, [...(dialed.get(place) ?? []), address]);
    }
    const entries = keys.map((key): [string, string[]] => {
      const place = this.#places.get(key);
      const port = Number(key.slice(key.lastIndexOf(':') + 1));
      const keysByAddress = (this.#addresses.get(hostOf(key))?.ips ?? []).map((ip) =>
        hostAndPort(plainHost(ip), port),
      );
      const used = place === undefined ? [] : [place, ...(dialed.get(place) ?? [])];
      const addresses = [...new Set([...used, ...keysByAddress])].filter((address) => address !== key);
      return [key, addresses.slice(0, addressesOfEndpoint)];
    });
    return Object.fromEntries(entries.filter(([, addresses]) => addresses.length > 0));
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
  acquire({ identity, driver, connection, site, pace: { unit } }: Acquired, sessionId: string): Endpoint {
    const place = this.#placeOf(identity);
    const refusal: LinkUse['refusal'] = (ip, port) => this.#conflictAt(ip, port, place, identity);
    const openLink = () => this.#links.open(driver, connection, { sessionId, site, refusal });
    if (!identity.isExclusive) {
      const endpoint = new Endpoint({ ...this.#time, openLink });
      this.#own.add(endpoint);
      return endpoint;
    }
    const present = this.#open.get(place);
    const conflict = this.conflictOf(identity) ?? (present && identity.tcp && outsideSite(place, site));
    if (conflict) return new Endpoint({ ...this.#time, openLink: () => refusingLink(conflict) });
    const entry = present ?? {
      ...{ endpoint: new Endpoint({ ...this.#time, openLink }), identity, place, users: 0, units: new Map() },
    };
    entry.users += 1;
    entry.units.set(unit, (entry.units.get(unit) ?? 0) + 1);
    this.#open.set(place, entry);
    this.#places.set(identity.key, place);
    this.#used.set(entry.endpoint, entry);
    return entry.endpoint;
  }

  /** Why such an endpoint could not be had now, in words, or undefined if it could. */
  conflictOf(identity: EndpointIdentity): Text | undefined {
    const place = this.#placeOf(identity);
    const present = this.#open.get(place);
    return present && endpointConflict({ ...present.identity, key: place }, { ...identity, key: place });
  }

  /** Gives an endpoint back. The last user's release closes the connection: many devices serve only one. */
  release({ pace: { unit } }: Pick<Acquired, 'pace'>, endpoint: Endpoint): void {
    if (this.#own.delete(endpoint)) endpoint.disconnect();
    const entry = this.#used.get(endpoint);
    if (!entry) return;
    entry.users -= 1;
    const remaining = (entry.units.get(unit) ?? 1) - 1;
    if (remaining > 0) entry.units.set(unit, remaining);
    else {
      entry.units.delete(unit);
      endpoint.forgetUnit(unit);
    }
    if (entry.users > 0) return;
    this.#open.delete(entry.place);
    this.#used.delete(endpoint);
    for (const places of [this.#dialed, this.#places]) {
      for (const [key, place] of places) if (place === entry.place) places.delete(key);
    }
    endpoint.disconnect();
  }

  /** Destroys every connection at once. */
  disconnectAll(): void {
    for (const { endpoint } of this.#open.values()) endpoint.disconnect();
    for (const endpoint of this.#own) endpoint.disconnect();
  }

  async #lookUpNew(hosts: readonly string[]): Promise<void> {
    const { clock = systemClock, timers = systemTimers } = this.#time;
    const lookUp = this.#lookUp;
    if (!lookUp) return;
    const nowMs = clock.monotonicMs();
    const isNew = (host: string) => {
      const { atMs = Number.NEGATIVE_INFINITY } = this.#addresses.get(host) ?? {};
      return isIP(host) === 0 && nowMs - atMs >= lookedUpAgainMs;
    };
    const names = new Set(hosts.filter(isNew));
    if (names.size === 0) return;
    const all = Promise.all([...names].map((name) => this.#address(name, lookUp)));
    await withDeadline(all, lookUpWithinMs, timers);
  }

  async #address(host: string, lookUp: HostLookup): Promise<void> {
    const { clock = systemClock } = this.#time;
    let ips: readonly string[];
    try {
      // In an order of our own, since the answers of DNS take turns.
      ips = [...(await lookUp(host))].sort((one, other) => isIP(one) - isIP(other) || (one < other ? -1 : 1));
    } catch {
      ips = this.#addresses.get(host)?.ips ?? [];
    }
    this.#addresses.set(host, { ips, atMs: clock.monotonicMs() });
  }

  #placeOf({ key, tcp }: EndpointIdentity): string {
    const place = this.#places.get(key);
    if (place !== undefined) return place;
    const ip = tcp && this.#addresses.get(tcp.host)?.ips[0];
    return ip === undefined ? key : hostAndPort(plainHost(ip), tcp?.port ?? 0);
  }

  /** Why an address may not be connected to for an endpoint. It is that of another one, under another name. */
  #conflictAt(ip: string, port: number, place: string, { isExclusive }: EndpointIdentity): Text | undefined {
    const address = hostAndPort(plainHost(ip), port);
    const owner = this.#open.has(address) ? address : this.#dialed.get(address);
    if (owner !== undefined && owner !== place) {
      return collectorText('endpoint_has_another_name', { address, other: owner });
    }
    if (isExclusive) this.#dialed.set(address, place);
    return undefined;
  }
}

/** Why a device may not use the endpoint of others. Its own link would find out by connecting. */
function outsideSite(place: string, site: LinkUse['site']): Text | undefined {
  if (site.networks.length === 0) return undefined;
  const host = place.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? collectorText('address_of_host_unknown', { host }) : siteNetworkRule(site)(host);
}

/** The host of a key `host:port`. */
const hostOf = (key: string) => key.slice(0, key.lastIndexOf(':'));

function refusingLink(conflict: Text): Link {
  const refuse = () => Promise.reject(new DriverFailure('connection', conflict, { wasSent: false }));
  return { read: refuse, write: refuse, disconnect: () => undefined };
}
