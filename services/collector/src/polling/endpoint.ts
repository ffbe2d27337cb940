import type { DeviceBus, RawBlock, ReadRequest } from '../ports.ts';

/** Asked right before a request goes out; false means that the asker has lost the right to poll. */
export type Permission = () => boolean;

/** The permission was gone when the request's turn came. No request went out. */
export class NotPermitted extends Error {
  override readonly name = 'NotPermitted';
}

/** One bus with all who read over it: one request at a time, in the order of asking. */
export class Endpoint {
  readonly #bus: DeviceBus;
  #last: Promise<unknown> = Promise.resolve();

  constructor(bus: DeviceBus) {
    this.#bus = bus;
  }

  /** @throws ReadFailure, NotPermitted */
  read(request: ReadRequest, permission: Permission): Promise<RawBlock> {
    const turn = this.#last.then(() => {
      if (!permission()) throw new NotPermitted('no request was sent: the session is not held any more');
      return this.#bus.read(request);
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  disconnect(): void {
    this.#bus.disconnect();
  }
}

export type OpenBus = (host: string, port: number) => DeviceBus;

/** The endpoints in use, one bus each, whatever number of sessions and devices share them. */
export class Endpoints {
  readonly #openBus: OpenBus;
  readonly #open = new Map<string, { endpoint: Endpoint; users: number }>();

  constructor(openBus: OpenBus) {
    this.#openBus = openBus;
  }

  acquire(host: string, port: number): Endpoint {
    const key = `${host}:${port}`;
    const entry = this.#open.get(key) ?? { endpoint: new Endpoint(this.#openBus(host, port)), users: 0 };
    entry.users += 1;
    this.#open.set(key, entry);
    return entry.endpoint;
  }

  /** The last user's release closes the connection: many devices serve only one. */
  release(host: string, port: number): void {
    const key = `${host}:${port}`;
    const entry = this.#open.get(key);
    if (!entry) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    this.#open.delete(key);
    entry.endpoint.disconnect();
  }

  /** Destroys every connection at once. */
  disconnectAll(): void {
    for (const { endpoint } of this.#open.values()) endpoint.disconnect();
  }
}
