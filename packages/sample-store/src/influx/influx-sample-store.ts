import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';
import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import type { AuthorityFile } from '../authority-file.ts';
import { refuseTooManyBuckets } from '../refuse-too-many-buckets.ts';
import {
  HistoryQueryRefused,
  type SampleStore,
  SampleStoreUnavailable,
  type StorableSample,
  type WriteOutcome,
} from '../sample-store.ts';
import { certificateAdvice } from './certificate-fault.ts';
import {
  exactAggregateStatement,
  exactBuckets,
  exactHistoryStatement,
  exactPoints,
  figuresOf,
  mayBeInexact,
  parseExactly,
  readExactRows,
} from './exact-integers.ts';
import { readAggregateAnswer, readHistoryAnswer } from './history-answer.ts';
import { aggregateStatement, historyStatement } from './influxql.ts';
import { type Answer, parseAnswer } from './influxql-answer.ts';
import { LineBody } from './line-body.ts';
import { LineWriter } from './line-protocol.ts';
import { retryAfterMs } from './retry-after.ts';
import { readStoredTicks, storedTicksStatement, tickGroups } from './stored-ticks.ts';

const pack = promisify(gzip) as (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>;

/**
 * Of one answer: some 800,000 values. Its limit holds for each measurement, so that without devices the answer is as long as there
 * are many, and whoever reads it waits with everything else and needs a dozen times its length in memory (64 MiB: 2.8 s and 0.8 GB).
 */
const answerMibAtMost = 32;
/** Size of a line with a few dozen numbers: room that is made at once. */
const bytesOfLine = 512;

export interface InfluxSampleStoreOptions {
  /** Base address, for instance http://influxdb:8086 */
  readonly url: string;
  /** Who must have signed its certificate; left out, anybody whom Node.js believes. */
  readonly authority?: AuthorityFile;
  /** Left out, nothing is sent: InfluxDB 1.x without accounts and VictoriaMetrics need none. */
  readonly token?: string;
  readonly org: string;
  readonly bucket: string;
  /** Packs what is written: a third of the bytes for as much work as all the rest of writing. For slow lines. */
  readonly gzip?: boolean;
  /** Longest wait for one answer. */
  readonly timeoutMs?: number;
}

/**
 * Samples in InfluxDB 2, or in what speaks its `/api/v2/write` (VictoriaMetrics, which keeps
 * only numbers: a text becomes 0, a boolean 0 or 1).
 * History is read by InfluxQL, which InfluxDB 1.x, 2.x and 3.x answer.
 *
 * 64-bit integers that a float does not hold are kept beside it (see LineWriter), and read with a further question
 * where the floats are that large. VictoriaMetrics keeps only the nearest double of everything.
 *
 * What it cannot do: it keeps neither sessions, epochs nor misses, and the last value written for a measurement, device and
 * time stays. So samples that are marked as overtaken are written only where nothing is yet. Between that look
 * and the writing another writer may store the tick: then the older value stays, which was read under its lease too. To
 * VictoriaMetrics nothing is there: it takes the question and answers something else.
 */
export function openInfluxSampleStore(options: InfluxSampleStoreOptions): SampleStore {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const influx = new InfluxDB({
    url: options.url,
    timeout: timeoutMs,
    ...(options.token === undefined ? {} : { token: options.token }),
    ...(options.authority === undefined ? {} : { transportOptions: { ca: options.authority.pem } }),
  });
  const lineWriter = new LineWriter();
  const ask = <T>(
    statement: string,
    readAnswer: (documents: readonly unknown[]) => Answer<T>,
    {
      parse = JSON.parse,
      signal,
    }: { parse?: (json: string) => unknown; signal?: AbortSignal | undefined } = {},
  ): Promise<T[]> =>
    read(influx, options, { timeoutMs, signal }, statement, (text) => readAnswer(parseAnswer(text, parse)));
  /** Where another epoch has written the tick of an overtaken sample, that stays. */
  const wanted = async (samples: readonly StorableSample[]): Promise<readonly StorableSample[]> => {
    const overtaken = samples.filter((sample) => sample.overtaken && (sample.values || sample.integers));
    if (overtaken.length === 0) return samples;
    const passed = new Set<StorableSample>();
    for (const group of tickGroups(overtaken)) {
      const stored = new Set(await ask(storedTicksStatement(group), readStoredTicks));
      for (const sample of group.samples) if (stored.has(sample.time)) passed.add(sample);
    }
    return samples.filter((sample) => !passed.has(sample));
  };
  return {
    keepsSessions: false,
    async write(samples) {
      try {
        return await write(influx, options, lineWriter, await wanted(samples));
      } catch (error) {
        if (error instanceof HistoryQueryRefused) return { kind: 'rejected', reason: error.message };
        throw error;
      }
    },
    async history(query) {
      if (query.devices?.length === 0) return [];
      const { signal } = query;
      const readAnswer = (documents: readonly unknown[]) => readHistoryAnswer(documents, query);
      const points = await ask(historyStatement(query), readAnswer, { signal });
      if (!points.some(({ value }) => mayBeInexact(value))) return points;
      const exactly = { parse: parseExactly, signal };
      return exactPoints(points, await ask(exactHistoryStatement(query), readExactRows, exactly));
    },
    async aggregate(query) {
      refuseTooManyBuckets(query);
      if (query.devices?.length === 0) return [];
      const { signal } = query;
      const readAnswer = (documents: readonly unknown[]) => readAggregateAnswer(documents, query);
      const buckets = await ask(aggregateStatement(query), readAnswer, { signal });
      if (!buckets.some((bucket) => figuresOf(bucket).some(mayBeInexact))) return buckets;
      const exactly = { parse: parseExactly, signal };
      return exactBuckets(buckets, await ask(exactAggregateStatement(query), readExactRows, exactly));
    },
    maintain: async () => [],
    epochStarts: async () => [],
    async reachable() {
      return get(influx, '/ping', { timeoutMs }).then(
        () => true,
        () => false,
      );
    },
    close: async () => undefined,
  };
}

async function write(
  influx: InfluxDB,
  options: InfluxSampleStoreOptions,
  lineWriter: LineWriter,
  samples: readonly StorableSample[],
): Promise<WriteOutcome> {
  const lines = new LineBody(lineWriter, samples.length * bytesOfLine);
  for (const sample of samples) {
    const problem = lines.add(sample);
    if (problem !== undefined) return { kind: 'rejected', reason: problem };
  }
  const body = lines.bytes();
  if (body.length === 0) return { kind: 'written' };
  try {
    await send(influx, options, body);
    return { kind: 'written' };
  } catch (error) {
    if (error instanceof HttpError && rejects(error.statusCode)) {
      return { kind: 'rejected', reason: `InfluxDB ${error.statusCode}: ${serverReason(error)}` };
    }
    throw unavailable('cannot write samples', error, options);
  }
}

/**
 * One request, by the transport below the client's WriteApi: that one has a buffer, a timer and retries of its own, which
 * would keep lines in memory that were reported as failed, and packs at zlib's level 6, which costs four times the
 * time of level 1 for a sixth less to send (measured on lines of 20 numbers: 24 % instead of 28 %).
 */
async function send(influx: InfluxDB, options: InfluxSampleStoreOptions, lines: Buffer): Promise<void> {
  const path = `/api/v2/write?${new URLSearchParams({ org: options.org, bucket: options.bucket, precision: 'ms' })}`;
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  if (!options.gzip) return post(influx, path, lines, headers);
  const packed = await pack(lines, { level: 1 });
  await post(influx, path, packed, { ...headers, 'content-encoding': 'gzip' });
}

function post(influx: InfluxDB, path: string, body: Buffer, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0;
    // Its type says text, and it makes a Buffer of what it is given, which may be one already.
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

/**
 * 400: the whole batch was refused for one line; 422: all but the bad lines were stored; 413: too much at once.
 * In each case smaller parts show which samples it is about. 401, 403 and 404 speak of token, organisation
 * and bucket, and must not cost data.
 */
function rejects(statusCode: number): boolean {
  return statusCode === 400 || statusCode === 413 || statusCode === 422;
}

function serverReason(error: HttpError): string {
  const json: unknown = error.json;
  if (typeof json === 'object' && json !== null) {
    if ('message' in json && typeof json.message === 'string') return json.message;
    if ('error' in json && typeof json.error === 'string') return json.error;
  }
  return (error.body || error.message).trim();
}

/**
 * An InfluxDB says in JSON what it does not find, such as a bucket (2.x with a `code`, 1.8 of a database as `error`); a server
 * that has no such address says it in its own way.
 */
function saysNothingAsInflux(error: HttpError): boolean {
  const json: unknown = error.json;
  return typeof json !== 'object' || json === null || !('code' in json || 'error' in json);
}

function unavailable(
  what: string,
  error: unknown,
  { url, authority }: Pick<InfluxSampleStoreOptions, 'url' | 'authority'>,
): SampleStoreUnavailable {
  if (error instanceof HttpError) {
    const isElsewhere = error.statusCode === 404 && saysNothingAsInflux(error);
    const reason = isElsewhere
      ? `404: there is no InfluxDB 2 at ${new URL(url).host}. InfluxDB 1.x answers from 1.8 on; else look at INFLUX_URL`
      : `${error.statusCode} ${serverReason(error)}`;
    return new SampleStoreUnavailable(`${what}: InfluxDB answered ${reason}`, String(error.statusCode), {
      cause: error,
      // The client's own reading of it takes seconds for milliseconds.
      retryAfterMs: retryAfterMs(error.headers?.['retry-after'], Date.now()),
    });
  }
  const { message, code, name } = error as { message?: string; code?: string; name?: string };
  const reason = `${message || code || error}${certificateAdvice(code, { host: new URL(url).host, file: authority?.file })}`;
  return new SampleStoreUnavailable(`${what}: ${reason}`, code ?? name ?? 'unknown', { cause: error });
}

interface Patience {
  /** Longest wait for the whole answer. */
  readonly timeoutMs: number;
  /** Aborted when nobody wants it any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * By the same transport as what is written, so that both believe the same certificates.
 * @throws HistoryQueryRefused for an answer that is too long, of which the rest is not waited for; HttpError and others
 */
function get(influx: InfluxDB, path: string, { timeoutMs, signal: givenUp }: Patience): Promise<string> {
  const chunks: Uint8Array[] = [];
  // The client's own limit is one between two bytes.
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
            new HistoryQueryRefused(
              `InfluxDB: its answer is longer than ${answerMibAtMost} MiB: name a device, or ask for less with limit or a shorter time`,
            ),
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

async function read<T>(
  influx: InfluxDB,
  options: InfluxSampleStoreOptions,
  patience: Patience,
  statement: string,
  readAnswer: (text: string) => Answer<T>,
): Promise<T[]> {
  // A bucket answers as the database of the same name (InfluxDB 2 maps it by itself).
  const asked = new URLSearchParams({ db: options.bucket, epoch: 'ms', chunked: 'true', q: statement });
  let body: string;
  try {
    body = await get(influx, `/query?${asked}`, patience);
  } catch (error) {
    patience.signal?.throwIfAborted();
    if (error instanceof HistoryQueryRefused) throw error;
    if (error instanceof HttpError && error.statusCode === 400) {
      throw new HistoryQueryRefused(`InfluxDB 400: ${serverReason(error)}`);
    }
    throw unavailable('cannot read history', error, options);
  }
  let answer: Answer<T>;
  try {
    answer = readAnswer(body);
  } catch (error) {
    throw unavailable('cannot read history: the answer is not JSON', error, options);
  }
  if (!answer.ok) throw new HistoryQueryRefused(`InfluxDB: ${answer.problem}`);
  return answer.results;
}
