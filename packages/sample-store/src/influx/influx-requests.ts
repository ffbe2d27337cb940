import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';
import { HttpError, type InfluxDB } from '@influxdata/influxdb-client';
import type { AuthorityFile } from '../authority-file.ts';
import { HistoryQueryRefused } from '../sample-store.ts';
import { storeText } from '../texts.ts';

const pack = promisify(gzip) as (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>;

/**
 * Longest answer: some 800,000 values. A query's limit holds for each measurement, so without devices the answer grows
 * with their number. Its reader does nothing else meanwhile, and needs a dozen times its length in memory (64 MiB: 2.8
 * s and 0.8 GB).
 */
const answerMibAtMost = 32;

/** Where samples go, and how. */
export interface InfluxAddress {
  /** Base address, for instance http://influxdb:8086 */
  readonly url: string;
  /** The authority that must have signed its certificate; when left out, any that Node.js trusts. */
  readonly authority?: AuthorityFile;
  /** When left out, no token is sent: InfluxDB 1.x without accounts and VictoriaMetrics need none. */
  readonly token?: string;
  readonly org: string;
  readonly bucket: string;
  /** Compresses writes: a third of the bytes, for as much work as all the rest of writing. For slow lines. */
  readonly gzip?: boolean;
  /** Longest wait for one answer. */
  readonly timeoutMs?: number;
}

/** How values are written; both layouts are read. `predecessor`: a line for each value, as the Django system wrote it. */
export type InfluxLayout = 'holdfast' | 'predecessor';

/**
 * Sends one request over the transport below the client's WriteApi. The WriteApi has a buffer, a timer and retries of
 * its own, which would keep lines in memory that were reported as failed. It also compresses at zlib's level 6, which
 * costs four times the time of level 1 for a sixth less to send (measured on lines of 20 numbers: 24 % instead of 28
 * %).
 */
export async function send(influx: InfluxDB, options: InfluxAddress, lines: Buffer): Promise<void> {
  const path = `/api/v2/write?${new URLSearchParams({ org: options.org, bucket: options.bucket, precision: 'ms' })}`;
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  if (!options.gzip) return post(influx, path, lines, headers);
  const packed = await pack(lines, { level: 1 });
  await post(influx, path, packed, { ...headers, 'content-encoding': 'gzip' });
}

function post(influx: InfluxDB, path: string, body: Buffer, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0;
    // Its type says text, but it makes a Buffer of any argument, which may already be one.
    influx.transport.send(
      path,
      body as unknown as string,
      { method: 'POST', headers },
      {
        responseStarted: (_, statusCode) => {
          status = statusCode ?? 0;
        },
        next: () => undefined,
        complete: () =>
          status === 204 ? resolve() : reject(new HttpError(status, 'is not the answer to a write')),
        error: reject,
      },
    );
  });
}

export interface Patience {
  /** Longest wait for the whole answer. */
  readonly timeoutMs: number;
  /** Aborted when the answer is no longer needed. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads over the same transport as writes, so that both trust the same certificates.
 * @throws HistoryQueryRefused for an answer that is too long, without waiting for the rest; HttpError and others
 */
export function get(
  influx: InfluxDB,
  path: string,
  { timeoutMs, signal: givenUp }: Patience,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  // The client's own limit only bounds the time between two bytes.
  const limit = AbortSignal.timeout(timeoutMs);
  const tooLong = new AbortController();
  const signal = AbortSignal.any([limit, tooLong.signal, ...(givenUp ? [givenUp] : [])]);
  let length = 0;
  return new Promise((resolve, reject) => {
    influx.transport.send(
      path,
      '',
      { method: 'GET', headers: { accept: 'application/json' }, signal },
      {
        next: (chunk: Uint8Array) => {
          length += chunk.length;
          if (length <= answerMibAtMost * 2 ** 20) return void chunks.push(chunk);
          reject(
            new HistoryQueryRefused(storeText('influxdb_its_answer_is_longer_than', { answerMibAtMost })),
          );
          tooLong.abort();
        },
        complete: () => resolve(Buffer.concat(chunks).toString('utf8')),
        error: (error) =>
          reject(limit.aborted ? new Error(`no answer within ${timeoutMs} ms`, { cause: error }) : error),
      },
    );
  });
}
