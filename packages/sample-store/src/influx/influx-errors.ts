import { HttpError } from '@influxdata/influxdb-client';
import { SampleStoreUnavailable } from '../sample-store.ts';
import { certificateAdvice } from './certificate-fault.ts';
import type { InfluxAddress } from './influx-requests.ts';
import { retryAfterMs } from './retry-after.ts';

/** The reason in the server's own words. */
export function serverReason(error: HttpError): string {
  const json: unknown = error.json;
  if (typeof json === 'object' && json !== null) {
    if ('message' in json && typeof json.message === 'string') return json.message;
    if ('error' in json && typeof json.error === 'string') return json.error;
  }
  return (error.body || error.message).trim();
}

/**
 * Whether a 404 is not from an InfluxDB. InfluxDB says in JSON what it does not find, such as a bucket (2.x with a
 * `code`, 1.8 for a database as `error`); a server without this address answers in its own way.
 */
function saysNothingAsInflux(error: HttpError): boolean {
  const json: unknown = error.json;
  return typeof json !== 'object' || json === null || !('code' in json || 'error' in json);
}

export function unavailable(
  what: string,
  error: unknown,
  { url, authority }: Pick<InfluxAddress, 'url' | 'authority'>,
): SampleStoreUnavailable {
  if (error instanceof HttpError) {
    const isElsewhere = error.statusCode === 404 && saysNothingAsInflux(error);
    const reason = isElsewhere
      ? `404: there is no InfluxDB 2 at ${new URL(url).host}. InfluxDB 1.x answers from 1.8 on; else look at INFLUX_URL`
      : `${error.statusCode} ${serverReason(error)}`;
    return new SampleStoreUnavailable(`${what}: InfluxDB answered ${reason}`, String(error.statusCode), {
      cause: error,
      // The client's own parser mistakes seconds for milliseconds.
      retryAfterMs: retryAfterMs(error.headers?.['retry-after'], Date.now()),
    });
  }
  const { message, code, name } = error as { message?: string; code?: string; name?: string };
  const reason = `${message || code || error}${certificateAdvice(code, { host: new URL(url).host, file: authority?.file })}`;
  return new SampleStoreUnavailable(`${what}: ${reason}`, code ?? name ?? 'unknown', { cause: error });
}
