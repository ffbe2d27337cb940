import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@holdfast/dev/free-port.ts';
import { tearDown } from '@holdfast/plant/lines/tear-down.ts';
import { cleanUpAfterFile } from './cleanup.ts';

export interface TcpProxyOptions {
  /** On 127.0.0.1. */
  readonly targetPort: number;
  /** Default: a free one. */
  readonly port?: number;
  /** Sees what clients send, before it is passed on. */
  readonly onClientBytes?: (bytes: Buffer) => void;
  /** Sees what the server sends, before it is passed on. */
  readonly onServerBytes?: (bytes: Buffer) => void;
}

/** Stands between a client and a server on 127.0.0.1 and can do to them what networks do. */
export interface TcpProxy {
  readonly port: number;
  /** Pairs of sockets that are open now. */
  readonly connectionCount: number;
  /** All connections are reset, and new ones are refused (no server listens any more). */
  cut(): Promise<void>;
  /** Connections stay open and new ones are accepted, but no byte passes, and no end: a cable pulled out. */
  stall(): void;
  /**
   * Connections stay open and new ones are accepted, but no byte passes them, not even after `heal`: a client has to
   * give them up and make others, as where TCP retries only minutes after a long cut.
   */
  drop(): void;
  /** From now on every byte and every end takes so long, in either direction; 0: no time. What is under way comes first. */
  delay(ms: number): void;
  /**
   * After `cut` or `stall`: bytes pass again, those that were held back first. After `drop`: new connections work, and
   * the server has noticed the end of the others.
   */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** A TCP proxy that passes bytes until stopped; closed when the test file is over. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const proxy = new FaultyTcpProxy(options);
  await proxy.listen(options.port ?? (await freePort()));
  cleanUpAfterFile(() => proxy.close());
  return proxy;
}

interface Pair {
  readonly client: Socket;
  readonly target: Socket;
  isDropped: boolean;
}

class FaultyTcpProxy implements TcpProxy {
  #port = 0;
  #server: Server | undefined;
  #stalled = false;
  #isDropping = false;
  #delayMs = 0;
  readonly #options: TcpProxyOptions;
  readonly #pairs = new Set<Pair>();

  constructor(options: TcpProxyOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  get connectionCount(): number {
    return this.#pairs.size;
  }

  async listen(port: number): Promise<void> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) =>
      this.#accept(client),
    );
    server.listen({ host: '127.0.0.1', port });
    await once(server, 'listening');
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    this.#server = server;
  }

  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = server === undefined ? undefined : once(server, 'close');
    server?.close();
    for (const pair of this.#pairs) this.#reset(pair);
    await closed;
  }

  stall(): void {
    this.#stalled = true;
    for (const { client, target } of this.#pairs) {
      client.pause();
      target.pause();
    }
  }

  drop(): void {
    this.#isDropping = true;
    for (const pair of this.#pairs) pair.isDropped = true;
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  async heal(): Promise<void> {
    this.#stalled = false;
    this.#isDropping = false;
    for (const { client, target, isDropped } of this.#pairs) {
      if (isDropped) target.destroy();
      client.resume();
      target.resume();
    }
    if (this.#server === undefined) await this.listen(this.#port);
  }

  close(): Promise<void> {
    return this.cut();
  }

  #accept(client: Socket): void {
    const target = new Socket({ allowHalfOpen: true });
    const pair: Pair = { client, target, isDropped: this.#isDropping };
    this.#pairs.add(pair);
    this.#join(client, target, pair);
    this.#join(target, client, pair);
    target.connect({ host: '127.0.0.1', port: this.#options.targetPort });
    if (!this.#stalled) client.resume();
    else target.pause();
  }

  // A paused socket emits neither data nor its end, which is what makes a stall silent in both directions.
  #join(from: Socket, to: Socket, pair: Pair): void {
    from.setNoDelay(true);
    let underWay: Promise<unknown> = Promise.resolve();
    let isDelaying = false;
    const passed = (pass: () => void) => {
      if (this.#delayMs === 0 && !isDelaying) return pass();
      isDelaying = true;
      const arrived = sleep(this.#delayMs);
      underWay = underWay.then(() => arrived).then(() => to.destroyed || pass());
    };
    from.on('data', (bytes) => {
      if (pair.isDropped) return;
      if (from === pair.client) this.#options.onClientBytes?.(bytes);
      else this.#options.onServerBytes?.(bytes);
      passed(() => {
        if (to.write(bytes)) return;
        from.pause();
        to.once('drain', () => {
          if (!this.#stalled) from.resume();
        });
      });
    });
    from.once('end', () => pair.isDropped || passed(() => to.end()));
    // The one end that failed is gone already; the other must learn of it as the abrupt end that it was.
    from.on('error', () => this.#reset(pair));
    from.once('close', () => {
      if (from.destroyed && to.destroyed) this.#pairs.delete(pair);
    });
  }

  #reset(pair: Pair): void {
    tearDown(pair.client);
    tearDown(pair.target);
    this.#pairs.delete(pair);
  }
}
