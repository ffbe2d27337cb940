import { HttpError, type InfluxDB } from '@influxdata/influxdb-client';
import { codesOf, refusalOf, withValues } from '../refusals.ts';
import type { Refusal, RefusedValue, StorableSample, WriteOutcome } from '../sample-store.ts';
import { serverReason, unavailable } from './influx-errors.ts';
import { type InfluxAddress, send } from './influx-requests.ts';
import { LineBody } from './line-body.ts';
import type { LineWriter } from './line-protocol.ts';
import type { RefusedFields } from './refused-fields.ts';

/** Of a line with a few dozen numbers: room that is made at once. */
const bytesOfLine = 512;

export interface Writing {
  readonly influx: InfluxDB;
  readonly options: InfluxAddress;
  readonly lines: LineWriter;
  readonly fields: RefusedFields;
}

/** Writes what the server takes. @throws SampleStoreUnavailable */
export async function write(writing: Writing, samples: readonly StorableSample[]): Promise<WriteOutcome> {
  const { lines, fields } = writing;
  const body = new LineBody(lines, samples.length * bytesOfLine);
  const nowMs = performance.now();
  const refused: Refusal[] = [];
  for (const sample of samples) {
    const refusal = body.add(sample, fields.of(sample, nowMs));
    if (refusal) refused.push(refusal);
  }
  const [first] = samples;
  const isOne = samples.length === 1 && first !== undefined;
  if (isOne && refused[0]?.codes === 'all') return { kind: 'rejected', reason: refused[0].reason };
  const rejection = await sendLines(writing, body.bytes());
  if (rejection === undefined)
    return refused.length === 0 ? { kind: 'written' } : { kind: 'written', refused };
  // Of several samples whoever calls finds out which it is.
  if (!isOne) return { kind: 'rejected', reason: rejection.reason };
  return writeInFields(writing, first, rejection);
}

/** 413 is about the length of what was sent, which says nothing of other values of these fields. */
type Rejection = { readonly status: number; readonly reason: string };

/** @returns why the server will not have it, undefined when it does */
async function sendLines({ influx, options }: Writing, body: Buffer): Promise<Rejection | undefined> {
  if (body.length === 0) return undefined;
  try {
    await send(influx, options, body);
    return undefined;
  } catch (error) {
    if (error instanceof HttpError && rejects(error.statusCode)) {
      const { statusCode: status } = error;
      return { status, reason: `InfluxDB ${status}: ${serverReason(error)}` };
    }
    throw unavailable('cannot write samples', error, options);
  }
}

/**
 * Writes what the server takes of a sample that it refused: it drops a line for one field whose kind of value is another one
 * than before. Halves are written down to the single values that it will not have.
 */
async function writeInFields(
  writing: Writing,
  sample: StorableSample,
  ofWhole: Rejection,
): Promise<WriteOutcome> {
  const { lines, fields } = writing;
  const nowMs = performance.now();
  const known = fields.of(sample, nowMs);
  const refused: RefusedValue[] = [];
  const found: RefusedValue[] = [];
  const split = async (codes: readonly string[], rejection: Rejection): Promise<void> => {
    const [code] = codes;
    if (codes.length === 1 && code !== undefined) {
      refused.push({ code, reason: rejection.reason });
      if (rejection.status !== 413) found.push({ code, reason: rejection.reason });
      return;
    }
    const middle = codes.length >> 1;
    for (const half of [codes.slice(0, middle), codes.slice(middle)]) {
      const wanted = new Set(half);
      const body = new LineBody(lines, bytesOfLine);
      body.add(withValues(sample, (each) => wanted.has(each)));
      const rejected = await sendLines(writing, body.bytes());
      if (rejected) await split(half, rejected);
    }
  };
  const line = lines.line(sample, known);
  if (line.kind === 'line' && line.refused) refused.push(...line.refused);
  const leftOut = new Set(refused.map(({ code }) => code));
  await split(
    codesOf(sample).filter((code) => !leftOut.has(code)),
    ofWhole,
  );
  if (refused.length === 0) return { kind: 'written' };
  const refusal = refusalOf(sample, refused);
  const isWhole = refusal.codes === 'all';
  fields.note(sample, found, { isWhole, nowMs });
  if (isWhole) return { kind: 'rejected', reason: ofWhole.reason };
  return { kind: 'written', refused: [refusal] };
}

/**
 * 400: the whole batch was refused for one line; 422: all but the bad lines were stored; 413: too much at once.
 * In each case smaller parts show which samples it is about. 401, 403 and 404 speak of token, organisation
 * and bucket, and must not cost data.
 */
function rejects(statusCode: number): boolean {
  return statusCode === 400 || statusCode === 413 || statusCode === 422;
}
