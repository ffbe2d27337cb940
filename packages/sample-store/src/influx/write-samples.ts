import { HttpError, type InfluxDB } from '@influxdata/influxdb-client';
import type { Refusal, StorableSample, WriteOutcome } from '../sample-store.ts';
import type { FieldTypes } from './field-types.ts';
import { serverReason, unavailable } from './influx-errors.ts';
import { type InfluxAddress, send } from './influx-requests.ts';
import { LineBody } from './line-body.ts';
import type { Lines } from './lines.ts';
import type { RefusedFields } from './refused-fields.ts';
import { type Rejection, writeInFields } from './write-in-fields.ts';

/** Size of a line with a few dozen numbers: that much room is reserved at once. */
const bytesOfLine = 512;

export interface Writing {
  readonly influx: InfluxDB;
  readonly options: InfluxAddress;
  readonly lines: Lines;
  readonly fields: RefusedFields;
  readonly fieldTypes: FieldTypes;
}

/** Writes as much as the server takes. @throws SampleStoreUnavailable */
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
  // With several samples, the caller finds out which one was rejected.
  if (!isOne) return { kind: 'rejected', reason: rejection.reason };
  const line = lines.line(first, fields.of(first, nowMs));
  const sendOne = (sample: StorableSample): Promise<Rejection | undefined> => {
    const part = new LineBody(lines, bytesOfLine);
    part.add(sample);
    return sendLines(writing, part.bytes());
  };
  return writeInFields({ send: sendOne, fields, fieldTypes: writing.fieldTypes }, first, {
    rejection,
    leftOut: (line.kind === 'line' && line.refused) || [],
  });
}

/** @returns why the server does not take it, or undefined if it does */
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
 * Whether a status is about the data. 400: the whole batch was refused for one line; 422: all but the bad lines were
 * stored; 413: too much at once. In each case smaller parts show which samples are concerned. 401, 403 and 404 are
 * about token, organisation and bucket, and must not cost data.
 */
function rejects(statusCode: number): boolean {
  return statusCode === 400 || statusCode === 413 || statusCode === 422;
}
