import autocannon from 'autocannon';
import { InvalidMeasurement } from '../benchmark.ts';

export interface LoadOptions {
  readonly url: string;
  /** Each has one request under way at a time. */
  readonly connections: number;
  /** Of all connections together. */
  readonly requests: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What one connection sends, over and over, in this order. */
  readonly sends: (connection: number) => autocannon.Request[];
}

export interface Load {
  readonly perSecond: number;
  /** Of each answer, in ms. */
  readonly latenciesMs: readonly number[];
}

/** @throws InvalidMeasurement unless every request was answered with 2xx */
export async function loadOf(options: LoadOptions): Promise<Load> {
  const { url, connections, requests } = options;
  const latenciesMs: number[] = [];
  let connected = 0;
  let refused: string | undefined;
  const since = performance.now();
  let until = since;
  const { errors, timeouts, non2xx } = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(
      {
        url,
        connections,
        amount: requests,
        timeout: 60,
        setupClient: (client) => {
          const headers = { 'content-type': 'application/json', ...options.headers };
          const requests = options.sends(connected).map(
            ({ onResponse, ...request }): autocannon.Request => ({
              ...request,
              headers,
              onResponse: (status, body, ...about) => {
                if (status < 200 || status > 299) refused ??= `${status} ${body}`;
                if (typeof onResponse === 'function') onResponse(status, body, ...about);
              },
            }),
          );
          client.setRequests(requests);
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
  if (errors > 0 || timeouts > 0 || non2xx > 0 || latenciesMs.length !== requests) {
    throw new InvalidMeasurement(
      `of ${requests} requests ${latenciesMs.length} were answered, ${non2xx} of them with other than 2xx (${refused}); ${errors} errors`,
    );
  }
  return { perSecond: requests / ((until - since) / 1_000), latenciesMs };
}
