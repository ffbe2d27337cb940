import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import { serverReason, unavailable } from './influx-errors.ts';
import { get, type InfluxAddress, send } from './influx-requests.ts';

/** Longest wait for each of the two answers. */
const usualTimeoutMs = 5_000;

/**
 * Why samples cannot be written to an InfluxDB 2, or read from it, and what to do, or undefined if they can. It sends a
 * write without any line, for which the server checks token, organisation and bucket as usual, and asks which
 * measurements there are.
 */
export async function influxProblem(address: InfluxAddress): Promise<string | undefined> {
  const { url, org, bucket, token, authority } = address;
  const timeoutMs = address.timeoutMs ?? usualTimeoutMs;
  const influx = new InfluxDB({
    url,
    timeout: timeoutMs,
    ...(token === undefined ? {} : { token }),
    ...(authority === undefined ? {} : { transportOptions: { ca: authority.pem } }),
  });
  const host = new URL(url).host;
  const access = `${token === undefined ? 'INFLUX_TOKEN is not set' : 'INFLUX_TOKEN is not one of its tokens, or not any more'}: give one that may read and write bucket ${bucket} (influx auth create --org ${org} --read-buckets --write-buckets)`;
  const rights = `INFLUX_TOKEN needs the right to read and to write bucket ${bucket}: influx auth create --org ${org} --read-buckets --write-buckets`;
  const place = `INFLUX_ORG is ${org}, INFLUX_BUCKET is ${bucket}: name what is there (influx org list, influx bucket list), or make it: influx bucket create --org ${org} --name ${bucket}`;
  const explained = (what: string, error: unknown): string => {
    if (!(error instanceof HttpError)) {
      return `${unavailable(what, error, address).message}. Is InfluxDB up at ${host}? If it is elsewhere, set INFLUX_URL`;
    }
    const response = `${what}: InfluxDB at ${host} says ${error.statusCode}, ${serverReason(error)}`;
    if (error.statusCode === 401) return `${response}. ${access}`;
    if (error.statusCode === 403) return `${response}. ${rights}`;
    // A 404 without JSON comes from another server: the general message fits it better.
    if (error.statusCode === 404 && error.json) return `${response}. ${place}`;
    return unavailable(what, error, address).message;
  };
  try {
    await send(influx, { ...address, gzip: false }, Buffer.alloc(0));
  } catch (error) {
    // A server that insists on at least one line has checked everything else before.
    if (!(error instanceof HttpError && error.statusCode === 400)) {
      return explained('samples cannot be written', error);
    }
  }
  try {
    const query = new URLSearchParams({ db: bucket, q: 'SHOW MEASUREMENTS LIMIT 1' });
    await get(influx, `/query?${query}`, { timeoutMs });
  } catch (error) {
    // A store that takes samples and knows no InfluxQL (VictoriaMetrics) is asked for history elsewhere.
    const status = error instanceof HttpError ? error.statusCode : undefined;
    if (status === 401 || status === 403) return explained('history cannot be read', error);
  }
  return undefined;
}
