import { createServer, type Server, type Socket } from 'node:net';
import type { ConnectionRules, Framing, Line, Link, OnRequest } from './link.ts';
import { QuietWatch } from './quiet-watch.ts';
import { tearDown } from './tear-down.ts';

export interface TcpLineOptions<R> {
  readonly host: string;
  /** 0 takes a free port and keeps it. */
  readonly port: number;
  readonly framing: () => Framing<R>;
  readonly rules: () => ConnectionRules;
  readonly nextLinkId: () => number;
  readonly onRequest: OnRequest<R>;
}

export interface TcpLine extends Line {
  readonly port: number;
}

/** @throws when the port is taken */
export async function openTcpLine<R>(options: TcpLineOptions<R>): Promise<TcpLine> {
  const line = new ListeningLine(options);
  await line.open();
  return line;
}

class ListeningLine<R> implements TcpLine {
  port: number;
  readonly #options: TcpLineOptions<R>;
  /** Connections that are served, oldest first. */
  readonly #links = new Map<TcpLink<R>, Socket>();
  readonly #ignored = new Set<Socket>();
  #server: Server | undefined;
  #changing: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: TcpLineOptions<R>) {
    this.#options = options;
    this.port = options.port;
  }

  /** Listens first of all, even where connections are refused from the start, to get to know its free port. */
  async open(): Promise<void> {
    this.#server = await this.#listen();
    await this.connectionRulesChanged();
  }

  openConnections(): number {
    return this.#links.size;
  }

  connectionRulesChanged(): Promise<void> {
    const changed = this.#changing.then(() => this.#followRules());
    // The caller learns of the failure of this change; the next change is made anyway.
    this.#changing = changed.catch(() => {});
    return changed;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.connectionRulesChanged();
  }

  async #followRules(): Promise<void> {
    const rules = this.#options.rules();
    const shouldListen = !this.#isStopped && !rules.isRefusing;
    if (shouldListen && !this.#server) {
      this.#server = await this.#listen();
    } else if (!shouldListen) {
      const server = this.#server;
      this.#server = undefined;
      const closed = server && new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of [...this.#links.values(), ...this.#ignored]) tearDown(socket);
      await closed;
    } else if (rules.maxConnections !== undefined) {
      for (const socket of [...this.#links.values()].slice(rules.maxConnections)) tearDown(socket);
    }
  }

  async #listen(): Promise<Server> {
    // Half-open is allowed, so that a deadened connection does not end when its client does.
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, this.#options.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    this.port = address.port;
    return server;
  }

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const { maxConnections, others } = this.#options.rules();
    if (maxConnections !== undefined && this.#links.size >= maxConnections) {
      if (others === 'close') {
        socket.destroy();
        return;
      }
      if (others === 'ignore') {
        socket.pause();
        this.#ignored.add(socket);
        socket.once('close', () => this.#ignored.delete(socket));
        return;
      }
      const [oldest] = this.#links.values();
      if (oldest) tearDown(oldest);
    }
    const link = new TcpLink(this.#options.nextLinkId(), socket, this.#options.framing());
    this.#links.set(link, socket);
    socket.once('close', () => {
      this.#links.delete(link);
      link.closed();
    });
    link.serve(this.#options.onRequest);
  }
}

class TcpLink<R> implements Link {
  readonly id: number;
  held: Buffer | undefined;
  readonly #socket: Socket;
  readonly #framing: Framing<R>;
  readonly #timers = new Set<NodeJS.Timeout>();
  #quiet: QuietWatch<R> | undefined;
  #isDead = false;

  constructor(id: number, socket: Socket, framing: Framing<R>) {
    this.id = id;
    this.#socket = socket;
    this.#framing = framing;
  }

  serve(onRequest: OnRequest<R>): void {
    const watch = new QuietWatch(this.#framing, (request) => onRequest(this, request));
    this.#quiet = watch;
    this.#socket.on('end', () => {
      if (!this.#isDead) this.#socket.end();
    });
    this.#socket.on('data', (chunk: Buffer) => {
      if (this.#isDead) return;
      const { requests, broken } = this.#framing.take(chunk);
      for (const request of requests) if (!this.#isDead) onRequest(this, request);
      if (broken) this.reset();
      else watch.bytesCame();
    });
  }

  send(bytes: Buffer): void {
    if (!this.#isDead && !this.#socket.destroyed) this.#socket.write(bytes);
  }

  sendAfter(bytes: Buffer, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.send(bytes);
    }, ms);
    this.#timers.add(timer);
  }

  reset(): void {
    tearDown(this.#socket);
  }

  deaden(): void {
    this.#isDead = true;
    this.#socket.pause();
    this.closed();
  }

  closed(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#quiet?.stop();
  }
}
