import autocannon from 'autocannon';
import type { Answered, LoadOptions } from './http-load.ts';

export async function autocannonLoad(options: LoadOptions): Promise<Answered> {
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
