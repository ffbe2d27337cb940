import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

export interface ServerSentEvent {
  readonly id?: number | string;
  readonly event?: string;
  readonly data?: unknown;
}

const heartbeatMs = 15_000;
const endingMs = 1_000;

/**
 * One client of server-sent events. Sending waits until the client has taken what was sent before. A client that takes
 * nothing for `patienceMs` is dropped, so it never costs more than its own buffer.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #patienceMs: number;
  readonly #closed = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;
  #lastId: number | string | undefined;

  /**
   * @param options.lastId the client needs nothing up to it; it is sent at once, as a client without an id comes back as
   * a new one
   */
  constructor(
    response: ServerResponse,
    options: { patienceMs: number; headers?: Record<string, string>; lastId?: number | string | undefined },
  ) {
    this.#response = response;
    this.#patienceMs = options.patienceMs;
    this.#lastId = options.lastId;
    if (response.destroyed) this.#closed.abort();
    response.once('close', () => this.#closed.abort());
    response.on('error', () => this.#closed.abort());
    response.writeHead(200, {
      ...options.headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // Otherwise nginx would collect events until its buffer is full.
      'x-accel-buffering': 'no',
    });
    response.write(`retry: 2000\n\n${idLine(this.#lastId)}`);
    // Shows proxies that the connection lives, and the client how far the stream is, even if nothing was for this
    // client.
    this.#heartbeat = setInterval(() => {
      if (!response.writableNeedDrain) response.write(idLine(this.#lastId) || ': alive\n\n');
    }, heartbeatMs);
    if (this.#closed.signal.aborted) clearInterval(this.#heartbeat);
    this.#closed.signal.addEventListener('abort', () => clearInterval(this.#heartbeat));
  }

  /** Aborted when the client is gone or was dropped. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Notes the position from which a returning client continues. */
  reached(id: number | string): void {
    this.#lastId = id;
  }

  /** Resolves when there is room for more. @returns false when the client is gone */
  async send({ id, event, data }: ServerSentEvent): Promise<boolean> {
    if (this.#closed.signal.aborted) return false;
    if (id !== undefined) this.#lastId = id;
    const lines = [
      ...(id === undefined ? [] : [`id: ${id}`]),
      ...(event === undefined ? [] : [`event: ${event}`]),
      // JSON has no line breaks outside of strings, and escapes those within.
      ...(data === undefined ? [] : [`data: ${JSON.stringify(data)}`]),
    ];
    if (this.#response.write(`${lines.join('\n')}\n\n`)) return true;
    const impatience = setTimeout(() => this.#response.destroy(), this.#patienceMs);
    try {
      await once(this.#response, 'drain', { signal: this.#closed.signal });
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(impatience);
    }
  }

  /** Lets go of the client, which cannot hold up a shutdown by not taking what was sent. */
  end(): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#response.end();
    const giveUp = setTimeout(() => this.#response.destroy(), Math.min(this.#patienceMs, endingMs));
    this.#response.once('close', () => clearTimeout(giveUp));
  }
}

function idLine(id: number | string | undefined): string {
  return id === undefined ? '' : `id: ${id}\n\n`;
}
