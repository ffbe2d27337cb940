import { HttpError } from '@influxdata/influxdb-client';
import { SampleStoreUnavailable } from '../sample-store.ts';
import type { InfluxAddress } from './influx-requests.ts';

const isExpired = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
/** Error codes of Node and OpenSSL for a certificate whose authority is not trusted. */
const isNotBelieved = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * Advice on a server's certificate, or nothing if the error is about something else.
 * @param file the file that INFLUX_TLS_CA_FILE names
 */
function certificateAdvice(
  code: string | undefined,
  { host, file }: { readonly host: string; readonly file: string | undefined },
): string {
  if (code === undefined) return '';
  if (isExpired.has(code)) {
    return `. The certificate of ${host} is not valid at this time: renew it there, and look at the clocks`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `. The certificate of ${host} is made out to other names: INFLUX_URL has to have one of them`;
  }
  if (!isNotBelieved.has(code)) return '';
  return file === undefined
    ? `. Nobody who is known here has signed the certificate of ${host}: INFLUX_TLS_CA_FILE has to name the file of the authority that has`
    : `. The certificate of ${host} was not signed by the authority in ${file}: put the one there that has, or let INFLUX_TLS_CA_FILE name its file, and start again`;
}

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

/** The time in a Retry-After header (RFC 9110 §10.2.3: seconds or a date) in ms, or undefined if there is none. */
export function retryAfterMs(header: string | string[] | undefined, nowMs: number): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  const ms = /^[0-9]{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return ms > 0 ? ms : undefined;
}
