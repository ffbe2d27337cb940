import { isWords } from '@holdfast/texts/bounded-text.ts';
import * as z from 'zod';
import { safeParseUntrusted, untrustedRecord } from '../../judgement/parse-untrusted.ts';
import { wordsSchema } from '../text.ts';
import { areChanges, changesSchema } from './changes.ts';
import { isLacking, lackingSchema } from './lacking.ts';

/** Why a tick has no values. */
export const missCauses = [
  'timeout',
  'connection',
  'exception',
  'overrun',
  'buffer_full',
  'too_large',
  'lease_lost',
] as const;
export type MissCause = (typeof missCauses)[number];

/**
 * From version 2 on a sample says which points its tick lacks; without such a list, it lacks none. Earlier ones did not
 * say.
 */
export const sampleVersion = 2 as const;
const sampleVersions = [1, sampleVersion] as const;

/** Longest length of a tick: a period is a day at most. */
const longestPeriodMs = 86_400_000;
/** Scheduled times are before the year 10000: later ones neither fit a day's table nor, soon after, any date. */
const scheduledBeforeMs = Date.UTC(10_000, 0, 1);

/**
 * Header of a sample's message: ms since 1970 on the clock of the sender when it sent the message, which can be long
 * after it read the values. Compared with the time at which the broker stored it, it shows how far both clocks differ.
 */
export const sentAtHeader = 'Holdfast-Sent-At';

/**
 * Header of a sample that was in quarantine and is sent again: its place in SAMPLES when it came for the first time.
 * This place, not its new one, decides whether its epoch had been overtaken. Believed on the API's own subjects only.
 */
export const firstSequenceHeader = 'Holdfast-First-Sequence';

/** Header of such a sample: the subject on which it came then, which shows who had published it. */
export const firstSubjectHeader = 'Holdfast-First-Subject';

/**
 * Header of such a sample: an epoch that SESSIONS no longer knows since a restore, and that an engineer vouches for.
 * Believed on the API's own subjects only, and for no epoch that SESSIONS knows.
 */
export const trustEpochHeader = 'Holdfast-Trust-Epoch';

/**
 * Header of such a sample, in ms: how far the sender's clock was ahead of the broker's when it came for the first time
 * (negative: behind). The new message no longer shows this.
 */
export const clockAheadHeader = 'Holdfast-Clock-Ahead-Ms';

/**
 * One message on `samples.<collectorId>.<taskId>.<deviceId>`: what was read of one device in one tick, or why nothing was.
 * `time` is the scheduled time of the tick in ms since 1970 (`tick × period_ms`): it names the point in the
 * database, so that a repeat overwrites itself. `read_at` is when the reply was complete.
 */
export const sampleSchema = z.object({
  v: z.literal(sampleVersions),
  session: z.string().min(1),
  epoch: z.int().positive(),
  collector: z.string(),
  task: z.string(),
  device_id: z.string(),
  /** Device code. */
  device: z.string(),
  site: z.string(),
  measurement: z.string(),
  /**
   * Version of the configuration by which it was read, if the session was placed with another one and reconfigured
   * since.
   */
  config_version: z.int().positive().optional(),
  tick: z.int().nonnegative(),
  /** Last of the ticks that a miss answers for, when that is more than one: a whole range was lost. */
  through_tick: z.int().nonnegative().optional(),
  period_ms: z.int().positive().max(longestPeriodMs),
  /**
   * From this tick on the sender has sent something for every tick of the device. So a tick between this one and `tick`
   * for which nothing ever came was read, and lost on the way.
   */
  since_tick: z.int().nonnegative().optional(),
  /**
   * The source of a subscribed device has kept its values from before `since_tick`, while no collector listened. So the
   * ticks missing right before that one are late, not lost.
   */
  source_kept: z.literal(true).optional(),
  time: z.int().nonnegative(),
  read_at: z.int().nonnegative(),
  lacking: lackingSchema.optional(),
  /**
   * Counts, from 1, what is sent of a subscribed device before its tick is over: values alone. The sample without this
   * number, at the end of the tick, accounts for it.
   */
  part: z.int().positive().optional(),
  /**
   * By point code. With neither values nor integers nor a miss the device was read and nothing had changed enough
   * to be sent (report by exception).
   */
  values: untrustedRecord(z.union([z.number(), z.boolean(), z.string()])).optional(),
  /** 64-bit integers in decimal, by point code: JSON numbers are exact up to 2^53 only. */
  integers: untrustedRecord(z.string().regex(/^-?[0-9]{1,20}$/)).optional(),
  /** Codes of the points whose value is outside its valid range or unknown to its enumeration. */
  uncertain: z.array(z.string()).optional(),
  /** Values that a subscribed device reported since the tick before, in place of values and integers. */
  changes: changesSchema.optional(),
  /** By point code, why the last report of a subscribed device about it is no value. */
  bad: untrustedRecord(wordsSchema).optional(),
  /** How many changes of the tick were left out, as a sample does not take so many; the last one of each point is kept. */
  dropped: z.int().positive().optional(),
  miss: z
    .object({
      cause: z.enum(missCauses),
      /** For people: "exception 2: illegal data address". */
      detail: wordsSchema,
    })
    .optional(),
});
export type Sample = z.infer<typeof sampleSchema>;
export type PointValue = number | boolean | string;

/**
 * The same tick read twice under one epoch is one message, however often it is sent. A range has an id of its own:
 * the sample of its first tick may have been stored although it was never confirmed. Ticks of another length have other
 * numbers.
 */
export function sampleMessageId(
  sample: Pick<Sample, 'session' | 'device_id' | 'period_ms' | 'tick' | 'epoch' | 'through_tick' | 'part'>,
): string {
  const { session, device_id, period_ms, tick, through_tick, part, epoch } = sample;
  const range = through_tick === undefined ? tick : `${tick}-${through_tick}`;
  return `${session}/${device_id}/${period_ms}/${part === undefined ? range : `${range}.${part}`}/${epoch}`;
}

/** The last tick that the sample accounts for; if it is only a part of a tick, the one before. */
export function lastTickOf({
  tick,
  through_tick,
  part,
  miss,
}: Pick<Sample, 'tick' | 'through_tick' | 'part' | 'miss'>): number {
  if (part !== undefined && miss === undefined) return tick - 1;
  return through_tick ?? tick;
}

/**
 * The id under which a sample is published if another client has used its own.
 * @param unguessable 36 hexadecimal digits and dashes that no other client can know beforehand
 */
export function freshMessageId(id: string, unguessable: string): string {
  return `${id}/${unguessable}`;
}

/**
 * `timeMs` is the scheduled time of the last tick that it accounts for, in ms since 1970. Undefined for what is no such id:
 * anybody may publish under ids of their own.
 */
export function parseSampleMessageId(
  id: string,
): { sessionId: string; deviceId: string; timeMs: number; epoch: number } | undefined {
  const match =
    /^([^/]+)\/([^/]+)\/([0-9]{1,10})\/(?:[0-9]{1,15}-)?([0-9]{1,15})(\.[0-9]{1,15})?\/([0-9]{1,15})(?:\/[0-9a-f-]{36})?$/.exec(
      id,
    );
  if (!match?.[1] || !match[2]) return undefined;
  const tick = Number(match[4]) - (match[5] === undefined ? 0 : 1);
  const timeMs = tick * Number(match[3]);
  if (timeMs >= scheduledBeforeMs) return undefined;
  return { sessionId: match[1], deviceId: match[2], timeMs, epoch: Number(match[6]) };
}

export function encodeSample(sample: Sample): string {
  return JSON.stringify(sample);
}

/**
 * A sample on its way out. Where there is a message, it alone has what was read: a collector that reads hundreds of
 * thousands of values a second writes them into it at once, and makes no objects of them.
 */
export interface OutgoingSample extends Sample {
  readonly message?: Uint8Array;
  /** Whether it has something from the device; otherwise only the message would show it. Not sent. */
  readonly isRead?: boolean;
}

/** The message as it is sent and kept on disk: JSON in UTF-8. */
export function messageOf(sample: OutgoingSample): string | Uint8Array {
  return sample.message ?? encodeSample(sample);
}

export type DecodedSample =
  | { readonly ok: true; readonly sample: Sample }
  | { readonly ok: false; readonly problem: string };

const notASample = `not a sample of versions ${sampleVersions.join(' and ')}`;

/**
 * Length up to which it is said what is wrong with a message: a megabyte of wrong values would take seconds to describe.
 */
const explainedLength = 4_096;

export function decodeSample(text: string): DecodedSample {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'not JSON' };
  }
  if (isSample(json)) {
    const problem = ticksProblem(json);
    return problem === undefined ? { ok: true, sample: json } : { ok: false, problem };
  }
  if (text.length > explainedLength) return { ok: false, problem: notASample };
  // Only to say what is wrong with it.
  const parsed = safeParseUntrusted(sampleSchema, json);
  return parsed.success
    ? { ok: true, sample: parsed.data }
    : {
        ok: false,
        problem: `${notASample}: ${z.prettifyError(parsed.error)}`,
      };
}

/**
 * Why no clock can represent the times of the ticks that it names: each number is sound by itself, but not their
 * product.
 */
export function ticksProblem({
  tick,
  through_tick = tick,
  since_tick = tick,
  period_ms,
}: Pick<Sample, 'tick' | 'through_tick' | 'since_tick' | 'period_ms'>): string | undefined {
  const last = Math.max(tick, through_tick, since_tick);
  if (last * period_ms < scheduledBeforeMs) return undefined;
  return `tick ${last} of ${period_ms} ms is beyond the year 9999`;
}

/**
 * The same as `sampleSchema` (a property test compares both), at a fifth of the cost: the writer checks every sample
 * of a plant. Properties that it does not know stay, which does no harm.
 */
function isSample(json: unknown): json is Sample {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
  const sample = json as Readonly<Record<keyof Sample, unknown>>;
  return (
    (sample.v === sampleVersion || sample.v === 1) &&
    typeof sample.session === 'string' &&
    sample.session !== '' &&
    isWhole(sample.epoch, 1) &&
    typeof sample.collector === 'string' &&
    typeof sample.task === 'string' &&
    typeof sample.device_id === 'string' &&
    typeof sample.device === 'string' &&
    typeof sample.site === 'string' &&
    typeof sample.measurement === 'string' &&
    (sample.config_version === undefined || isWhole(sample.config_version, 1)) &&
    isWhole(sample.tick, 0) &&
    (sample.through_tick === undefined || isWhole(sample.through_tick, 0)) &&
    isWhole(sample.period_ms, 1) &&
    (sample.period_ms as number) <= longestPeriodMs &&
    (sample.since_tick === undefined || isWhole(sample.since_tick, 0)) &&
    (sample.source_kept === undefined || sample.source_kept === true) &&
    isWhole(sample.time, 0) &&
    isWhole(sample.read_at, 0) &&
    (sample.lacking === undefined || isLacking(sample.lacking)) &&
    (sample.part === undefined || isWhole(sample.part, 1)) &&
    (sample.values === undefined || areValues(sample.values)) &&
    (sample.integers === undefined || areIntegers(sample.integers)) &&
    (sample.uncertain === undefined || areTexts(sample.uncertain)) &&
    (sample.changes === undefined || areChanges(sample.changes)) &&
    (sample.bad === undefined || areWords(sample.bad)) &&
    (sample.dropped === undefined || isWhole(sample.dropped, 1)) &&
    (sample.miss === undefined || isMiss(sample.miss))
  );
}

function isWhole(value: unknown, atLeast: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= atLeast;
}

function areValues(values: unknown): boolean {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return false;
  for (const code in values) {
    const value: unknown = (values as Record<string, unknown>)[code];
    // 1e999 is good JSON and infinite.
    const isValue = typeof value === 'number' ? Number.isFinite(value) : isTextOrBoolean(value);
    if (!isValue) return false;
  }
  return true;
}

function areIntegers(integers: unknown): boolean {
  if (typeof integers !== 'object' || integers === null || Array.isArray(integers)) return false;
  return Object.values(integers).every(
    (digits) => typeof digits === 'string' && /^-?[0-9]{1,20}$/.test(digits),
  );
}

function areTexts(list: unknown): boolean {
  return Array.isArray(list) && list.every((item) => typeof item === 'string');
}

function areWords(words: unknown): boolean {
  if (typeof words !== 'object' || words === null || Array.isArray(words)) return false;
  return Object.values(words).every(isWords);
}

function isTextOrBoolean(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean';
}

function isMiss(miss: unknown): boolean {
  if (typeof miss !== 'object' || miss === null) return false;
  const { cause, detail } = miss as Record<string, unknown>;
  return isWords(detail) && (missCauses as readonly unknown[]).includes(cause);
}
