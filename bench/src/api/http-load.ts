import autocannon from 'autocannon';
import { InvalidMeasurement } from '../benchmark.ts';
import { socketLoad } from './socket-load.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** One step of what a connection sends. */
export interface Step {
  /** Called right before it is sent. */
  readonly request: () => HttpRequest;
  /** Receives the body of an answer with 2xx. */
  readonly onAnswer?: (body: string) => void;
}

export interface LoadOptions {
  readonly url: string;
  /** Connections, each with one request under way at a time. */
  readonly connections: number;
  /** Requests of all connections together. */
  readonly requests: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The requests that one connection sends, over and over, in this order. */
  readonly sends: (connection: number) => readonly Step[];
}

export interface Load {
  readonly perSecond: number;
  /** One for each answer, in ms. */
  readonly latenciesMs: readonly number[];
}

export const generators = ['sockets', 'autocannon'] as const;
export type Generator = (typeof generators)[number];

export interface Answered {
  readonly latenciesMs: readonly number[];
  /** From the first request to the last answer. */
  readonly tookMs: number;
  /** The first answer that was not 2xx, in words. */
  readonly refused: string | undefined;
}

/**
 * `sockets` knows only as much of HTTP as these servers answer with. It takes half as much of the machine, which it
 * shares with what it measures.
 * @throws InvalidMeasurement unless every request was answered with 2xx
 */
export async function loadOf(generator: Generator, options: LoadOptions): Promise<Load> {
  const load = generator === 'sockets' ? socketLoad : autocannonLoad;
  const { latenciesMs, tookMs, refused } = await load(options);
  if (refused !== undefined || latenciesMs.length !== options.requests) {
    throw new InvalidMeasurement(
      `of ${options.requests} requests ${latenciesMs.length} were answered with 2xx; ${refused ?? 'the others were not answered'}`,
    );
  }
  return { perSecond: options.requests / (tookMs / 1_000), latenciesMs };
}

async function autocannonLoad(options: LoadOptions): Promise<Answered> {
  const { url, connections, requests } = options;
  const headers = { 'content-type': 'application/json', ...options.headers };
  const latenciesMs: number[] = [];
  let connected = 0;
  let refused: string | undefined;
  const since = performance.now();
  let until = since;
  const { errors, timeouts } = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(
      {
        url,
        connections,
        amount: requests,
        timeout: 60,
        setupClient: (client) => {
          const sends = options.sends(connected).map(
            ({ request, onAnswer }): autocannon.Request => ({
              setupRequest: (before) => ({ ...before, ...request(), headers }),
              onResponse: (status, body) => {
                if (status < 200 || status > 299) refused ??= `${status} ${body}`;
                else onAnswer?.(body);
              },
            }),
          );
          client.setRequests(sends);
          connected += 1;
        },
      },
      (error, result) => (error ? reject(error) : resolve(result)),
    );
    running.on('response', (_client, _status, _bytes, ms) => {
      latenciesMs.push(ms);
      until = performance.now();
    });
  });
  if (errors > 0 || timeouts > 0) refused ??= `${errors} errors, ${timeouts} timeouts`;
  return { latenciesMs, tookMs: until - since, refused };
}
