import { plainMembers } from './plain-values.ts';
import { type DecodedSample, decodeSample, type PointValue, type Sample } from './sample.ts';

/** The members of a sample's `values` as they are in its JSON, each of them plain (see `plainMembers`). */
export interface PlainValues {
  readonly bytes: Uint8Array;
  /** After the opening brace. */
  readonly from: number;
  /** Offset of the closing brace. */
  readonly to: number;
  readonly count: number;
  /** The same for the same names in the same order, within this process. */
  readonly namesMark: number;
}

const beforeValues = Buffer.from(',"values":{');
const closingBrace = 0x7d;
const decoder = new TextDecoder();

/**
 * As `decodeSample`, for the bytes of a message. Where the values come last and are plain, as a collector writes them,
 * they stay as they are until they are requested: a writer that hands numbers on needs no objects of them. The
 * sample keeps the bytes.
 */
export function readSample(message: Uint8Array): DecodedSample {
  const bytes = Buffer.isBuffer(message)
    ? message
    : Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  // A quote after a comma cannot be within a string, so this stands for what it looks like.
  const before = bytes.indexOf(beforeValues);
  const to = bytes.length - 2;
  if (before > 0 && bytes[to] === closingBrace && bytes[to + 1] === closingBrace) {
    const from = before + beforeValues.length;
    const members = plainMembers(bytes, from, to);
    // Before the values there is nothing open but the sample itself, or this is no JSON.
    const decoded = members ? decodeSample(`${bytes.toString('utf8', 0, before)}}`) : undefined;
    // A polled device has no changes.
    const { values, changes } = decoded?.ok ? decoded.sample : {};
    if (members && decoded?.ok && values === undefined && changes === undefined) {
      return { ok: true, sample: new SampleOfPlainValues(decoded.sample, { bytes, from, to, ...members }) };
    }
  }
  return decodeSample(decoder.decode(message));
}

class SampleOfPlainValues implements Sample {
  readonly v: Sample['v'];
  readonly session: string;
  readonly epoch: number;
  readonly collector: string;
  readonly task: string;
  readonly device_id: string;
  readonly device: string;
  readonly site: string;
  readonly measurement: string;
  readonly config_version?: number | undefined;
  readonly tick: number;
  readonly through_tick?: number | undefined;
  readonly period_ms: number;
  readonly since_tick?: number | undefined;
  readonly source_kept?: true | undefined;
  readonly time: number;
  readonly read_at: number;
  readonly lacking?: Sample['lacking'];
  readonly integers?: Sample['integers'];
  readonly uncertain?: Sample['uncertain'];
  readonly miss?: Sample['miss'];
  readonly plainValues: PlainValues;
  #values: Record<string, PointValue> | undefined;

  constructor(envelope: Sample, plainValues: PlainValues) {
    this.v = envelope.v;
    this.session = envelope.session;
    this.epoch = envelope.epoch;
    this.collector = envelope.collector;
    this.task = envelope.task;
    this.device_id = envelope.device_id;
    this.device = envelope.device;
    this.site = envelope.site;
    this.measurement = envelope.measurement;
    this.config_version = envelope.config_version;
    this.tick = envelope.tick;
    this.through_tick = envelope.through_tick;
    this.period_ms = envelope.period_ms;
    this.since_tick = envelope.since_tick;
    this.source_kept = envelope.source_kept;
    this.time = envelope.time;
    this.read_at = envelope.read_at;
    this.lacking = envelope.lacking;
    this.integers = envelope.integers;
    this.uncertain = envelope.uncertain;
    this.miss = envelope.miss;
    this.plainValues = plainValues;
  }

  get values(): Record<string, PointValue> {
    const { bytes, from, to } = this.plainValues;
    this.#values ??= JSON.parse(decoder.decode(bytes.subarray(from - 1, to + 1))) as Record<
      string,
      PointValue
    >;
    return this.#values;
  }
}
