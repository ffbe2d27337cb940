import autocannon from 'autocannon';
import { InvalidMeasurement } from '../benchmark.ts';
import type { Answered, LoadOptions } from './load-options.ts';
import { socketLoad } from './socket-load.ts';

export interface Load {
  readonly perSecond: number;
  /** One for each answer, in ms. */
  readonly latenciesMs: readonly number[];
}

export const generators = ['sockets', 'autocannon'] as const;
export type Generator = (typeof generators)[number];

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
