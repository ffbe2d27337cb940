import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Faults between a link and its peer, each applied to the next answer. */
export const faults = ['hang', 'reset', 'late', 'garbage', 'flipped bits', 'cut', 'half close'] as const;
export type Fault = (typeof faults)[number];

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  /** Number of pieces that came from the peer. */
  answers: number;
}

/** A TCP proxy that damages answers as a test says, and passes everything on by default. */
export class FaultProxy {
  /** Number of connections that it has taken. */
  connections = 0;
  /** Number of bytes that came from the link. */
  bytesSent = 0;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #to: { readonly host: string; readonly port: number };
  #fault: Fault | undefined;
  #lateMs = 0;
  #soundAnswers = 0;
  readonly #held: (() => void)[] = [];
  #stopped: Promise<void> | undefined;

  private constructor(to: { readonly host: string; readonly port: number }) {
    this.#to = to;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#join(near));
  }

  static async start(to: { readonly host: string; readonly port: number }): Promise<FaultProxy> {
    const proxy = new FaultProxy(to);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');
    return address.port;
  }

  /**
   * Damages every answer from now on.
   * @param lateMs delay of late answers
   * @param soundAnswers intact answers that each connection gets before
   */
  hurt(fault: Fault, lateMs = 0, soundAnswers = 0): void {
    this.#soundAnswers = soundAnswers;
    this.#fault = fault;
    this.#lateMs = lateMs;
  }

  /** Passes everything on from now on; held-back data stay held back. */
  heal(): void {
    this.#fault = undefined;
  }

  /** Lets late answers arrive at once. */
  releaseLate(): void {
    for (const release of this.#held.splice(0)) release();
  }

  /** Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    this.connections += 1;
    const far = connect({ ...this.#to, allowHalfOpen: true });
    const pair = { near, far, answers: 0 };
    this.#pairs.add(pair);
    for (const socket of [near, far]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        this.#pairs.delete(pair);
      });
    }
    near.on('data', (bytes) => {
      this.bytesSent += bytes.length;
      far.write(bytes);
    });
    near.on('end', () => far.end());
    far.on('data', (bytes) => this.#answer(pair, bytes));
    far.on('end', () => near.end());
  }

  #answer(pair: Pair, bytes: Buffer): void {
    const { near } = pair;
    pair.answers += 1;
    const fault = pair.answers > this.#soundAnswers ? this.#fault : undefined;
    switch (fault) {
      case undefined:
        near.write(bytes);
        break;
      case 'hang':
        break;
      case 'reset':
        near.resetAndDestroy();
        break;
      case 'late': {
        const release = () => {
          clearTimeout(timer);
          near.write(bytes);
        };
        const timer = setTimeout(release, this.#lateMs);
        this.#held.push(release);
        break;
      }
      case 'garbage':
        near.write(Buffer.from(bytes.map((_, at) => (at * 151 + 93) & 0xff)));
        break;
      case 'flipped bits':
        near.write(Buffer.from(bytes.map((byte, at) => (at % 3 === 0 ? byte ^ (1 << (at % 8)) : byte))));
        break;
      case 'cut':
        near.end(bytes.subarray(0, Math.max(1, bytes.length >> 1)));
        break;
      case 'half close':
        near.end();
        break;
      default:
        fault satisfies never;
    }
  }
}
