import {
  addressConflict,
  type EndpointAddress,
  endpointKey,
} from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import { type DeviceBus, type OpenDeviceBus, ReadFailure } from '../ports.ts';
import { Endpoint } from './endpoint.ts';

interface OpenEndpoint {
  readonly endpoint: Endpoint;
  readonly address: EndpointAddress;
  users: number;
}

/** The endpoints in use, one bus each, whatever number of sessions and devices share them. */
export class Endpoints {
  readonly #openBus: OpenDeviceBus;
  readonly #time: { readonly clock?: Clock; readonly timers?: Timers };
  readonly #open = new Map<string, OpenEndpoint>();

  constructor(openBus: OpenDeviceBus, time: { clock?: Clock; timers?: Timers } = {}) {
    this.#openBus = openBus;
    this.#time = time;
  }

  /**
   * One that is in use under an address which contradicts this one (another framing or another speed of the line) stays
   * as it is; whoever comes second gets an endpoint whose requests fail and say so.
   */
  acquire(address: EndpointAddress): Endpoint {
    const key = endpointKey(address);
    const known = this.#open.get(key);
    const conflict = known && addressConflict(known.address, address);
    if (conflict) return new Endpoint({ ...this.#time, openBus: () => refusingBus(conflict) });
    const entry = known ?? { endpoint: this.#openEndpoint(address), address, users: 0 };
    entry.users += 1;
    this.#open.set(key, entry);
    return entry.endpoint;
  }

  /** The last user's release closes the connection: many devices serve only one. */
  release(address: EndpointAddress, endpoint: Endpoint): void {
    const key = endpointKey(address);
    const entry = this.#open.get(key);
    if (entry?.endpoint !== endpoint) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    this.#open.delete(key);
    endpoint.disconnect();
  }

  /** Destroys every connection at once. */
  disconnectAll(): void {
    for (const { endpoint } of this.#open.values()) endpoint.disconnect();
  }

  #openEndpoint(address: EndpointAddress): Endpoint {
    return new Endpoint({ ...this.#time, openBus: () => this.#openBus(address) });
  }
}

function refusingBus(conflict: string): DeviceBus {
  const refuse = () => Promise.reject(new ReadFailure('connection', conflict, { wasSent: false }));
  return { read: refuse, write: refuse, disconnect: () => undefined };
}
