import type { ValueKind } from '@holdfast/driver/values/value-kind.ts';
import type { PlainValues } from '@holdfast/shared/contracts/sample/read-sample.ts';
import type { PointValue, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { inLanguage, type Text } from '@holdfast/texts/text.ts';

/** The first tick of a device for which anybody answers under an epoch, as far as samples show. */
export interface FirstTick {
  readonly session: string;
  /** Device code. */
  readonly device: string;
  readonly epoch: number;
  /** Scheduled time of the tick, in ms since 1970: ticks of a device may have had several lengths. */
  readonly timeMs: number;
  /** Sequence in SAMPLES of the first message that shows it. */
  readonly sequence: number;
}

/** A sample as a store keeps it. */
export type StorableSample = Pick<
  Sample,
  | 'session'
  | 'epoch'
  | 'task'
  | 'device'
  | 'site'
  | 'measurement'
  | 'tick'
  | 'through_tick'
  | 'period_ms'
  | 'since_tick'
  | 'source_kept'
  | 'time'
  | 'values'
  | 'integers'
  | 'uncertain'
  | 'part'
  | 'changes'
  | 'lacking'
  | 'miss'
> & {
  /** Version of the sample. It says whether a missing `lacking` means that the sample lacks nothing. */
  readonly v?: Sample['v'];
  /** Quality of the sample's time, and so of all its values; `uncertain` names single values. When left out: good. */
  readonly quality?: Quality;
  /** Whether its session has gone on under a higher epoch, as far as the writer knows. */
  readonly overtaken?: boolean;
  /** Points whose time came from their source. */
  readonly sourceTimed?: ReadonlySet<string>;
  /** `values` as they came, for stores that can use them so. */
  readonly plainValues?: PlainValues;
  /**
   * Sequence of its message in SAMPLES: it separates samples published before a session had a new owner from later
   * ones.
   */
  readonly sequence?: number;
  /** Its points in the configuration, by code: for stores that keep names and units with each value. */
  readonly labels?: ReadonlyMap<string, PointLabels>;
};

export interface PointLabels {
  readonly name: string;
  readonly unit: string;
  /** Whether all its values are whole numbers. */
  readonly isWhole: boolean;
}

/** Where an epoch starts: its first stored sample was here in the stream, or earlier. */
export interface EpochStart {
  readonly session: string;
  readonly epoch: number;
  readonly sequence: number;
}

export interface DeviceOfEpoch {
  readonly session: string;
  /** Device code. */
  readonly device: string;
  readonly epoch: number;
}

/**
 * `uncertain`: the value was read from the device, but it may belong to another moment, since the clock of its time was
 * far off; or it is outside its valid range, or unknown to its enumeration.
 */
export type Quality = 'good' | 'uncertain';

/** A value that the store will never take as it is. */
export interface RefusedValue {
  /** The code of the point. */
  readonly code: string;
  readonly reason: string;
}

/** The part of a sample that the store will never take, although it takes the rest. */
export interface Refusal {
  readonly sample: StorableSample;
  /** Codes of the points; `all`: nothing of the sample is stored. */
  readonly codes: readonly string[] | 'all';
  readonly reason: string;
}

export type WriteOutcome =
  /**
   * Everything is stored except `refused` and `later`, if there are any. `later`: samples to be written again in a
   * moment, because the store still makes room for their days.
   */
  | {
      readonly kind: 'written';
      readonly refused?: readonly Refusal[];
      readonly later?: readonly StorableSample[];
    }
  /**
   * The store will never take these samples as they are; some of them may be stored nevertheless. To find the culprit,
   * write parts: writing stored samples again changes nothing.
   */
  | { readonly kind: 'rejected'; readonly reason: string };

export interface HistoryQuery {
  readonly pointCode: string;
  /**
   * Only these devices; all when left out. A time-series database knows no sessions: to ask for one, pass the devices
   * of its configuration here.
   */
  readonly devices?: readonly HistoryDevice[];
  /** Honoured by stores that keep sessions, ignored by others. */
  readonly sessionId?: string;
  readonly taskId?: string;
  /** First moment that counts. */
  readonly start: Date;
  /** First moment that no longer counts. */
  readonly end: Date;
  /** Most values; the latest of all that match. */
  readonly limit: number;
  /**
   * Aborted when the answer is no longer needed: a store that can take its question back does so, and throws the
   * reason of the signal. Others still answer, within the longest wait that they have for any answer.
   */
  readonly signal?: AbortSignal;
}

export interface HistoryDevice {
  readonly deviceCode: string;
  /** The device code unless the configuration sets another. */
  readonly measurement: string;
}

export interface HistoryPoint {
  readonly time: Date;
  /** Device code. */
  readonly device: string;
  readonly pointCode: string;
  /** A 64-bit integer from 2^53 on is its decimal text. */
  readonly value: PointValue;
  readonly quality: Quality;
}

export interface AggregateQuery extends HistoryQuery {
  /**
   * Length of a bucket. Buckets begin at multiples of it since 1970, whatever `start` is, in UTC or by the clock below.
   */
  readonly intervalMs: number;
  /** How far the clock by which buckets begin is ahead of UTC. Default: 0. */
  readonly utcOffsetMs?: number;
}

/**
 * The values of one point of one device in one interval, summarised. A bucket without any value is absent, so a gap is
 * a gap; `withEmptyBuckets` makes gaps visible to a chart.
 */
export interface HistoryBucket {
  /** Beginning of the interval. The first interval may begin before `start`; then only values from `start` on count. */
  readonly time: Date;
  /** Device code. */
  readonly device: string;
  readonly pointCode: string;
  /** Mean of the numbers, or null if there were none (a point of booleans or texts). Never exact beyond 2^53. */
  readonly mean: number | null;
  /** Exact, like `value` of a HistoryPoint, and so a text from 2^53 on. */
  readonly min: number | string | null;
  readonly max: number | string | null;
  /** The latest value, of any kind; null only in an empty bucket. */
  readonly last: PointValue | null;
  /** Number of values, of any kind. */
  readonly count: number;
  /** `uncertain` as soon as one of the values is. */
  readonly quality: Quality;
}

/** Where the values of a point are stored. */
export interface StoredPlace extends HistoryDevice {
  readonly pointCode: string;
}

/** Most buckets in one question: a person cannot look at more, and they would burden the database. */
export const bucketsAtMost = 100_000;

/**
 * Where samples end up, and from where history is read.
 *
 * Callers may rely on this: samples that are `written` are durable. A value is identified by session, device, point and
 * the sample's scheduled time. Writing it again changes nothing, so redelivery is harmless. Within the store's means
 * (see the adapters) a value of a higher epoch replaces one of a lower, never the other way round. 64-bit integers come
 * back exactly.
 */
export interface SampleStore {
  /** Whether the store keeps with each value the session from which it comes. */
  readonly keepsSessions: boolean;
  /** @throws SampleStoreUnavailable: it is not known what was stored; write all of it again later */
  write(samples: readonly StorableSample[]): Promise<WriteOutcome>;
  /** Ascending by time, then device. @throws SampleStoreUnavailable, HistoryQueryRefused */
  history(query: HistoryQuery): Promise<HistoryPoint[]>;
  /**
   * The latest value at each place, however old, or none if nothing is stored. In no order.
   * @throws SampleStoreUnavailable, HistoryQueryRefused
   */
  lastValues(places: readonly StoredPlace[]): Promise<HistoryPoint[]>;
  /**
   * Ascending by time, then device. `limit` counts buckets of all devices together; the latest are returned.
   * @throws SampleStoreUnavailable, HistoryQueryRefused (also above `bucketsAtMost`)
   */
  aggregate(query: AggregateQuery): Promise<HistoryBucket[]>;
  /**
   * The starts of epochs above the given ones (session id → highest known epoch), stored by any writer. A store that
   * does not keep them returns none. @throws SampleStoreUnavailable
   */
  epochStarts(recorded: ReadonlyMap<string, number>): Promise<EpochStart[]>;
  /**
   * Kinds of the values stored at each place, in the given order: none where nothing is stored, or where it cannot be
   * reported.
   * @throws SampleStoreUnavailable
   */
  kindsOf(places: readonly StoredPlace[]): Promise<readonly ReadonlySet<ValueKind>[]>;
  /**
   * The first tick of each device under each epoch above the given one, as stored by any writer. A store that does not
   * keep them returns none. @throws SampleStoreUnavailable
   */
  firstTicks(devices: readonly DeviceOfEpoch[]): Promise<FirstTick[]>;
  /** Forgets the starts and first ticks of epochs that were never given to anybody. @throws SampleStoreUnavailable */
  forgetEpochs(epochs: readonly Pick<EpochStart, 'session' | 'epoch'>[]): Promise<void>;
  /**
   * Makes room for the days to come, and drops the days that ended before `keepFromMs`, if given. Call it about every
   * hour. Does nothing where the database does this by itself.
   * @returns names of what was dropped. @throws SampleStoreUnavailable
   */
  maintain(options: { readonly nowMs: number; readonly keepFromMs?: number | undefined }): Promise<string[]>;
  /** Whether it answers right now. Never throws. */
  reachable(): Promise<boolean>;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * The store cannot be used now. It is unavailable, overloaded or too slow, does not accept our credentials, or its
 * tables are missing. None of that is the samples' fault: keep them and try again.
 */
export class SampleStoreUnavailable extends Error {
  override readonly name = 'SampleStoreUnavailable';
  /** Shows when the cause changes: an SQLSTATE, an HTTP status, a system error code. */
  readonly code: string;
  /** ms for which the server asks to be left alone. */
  readonly retryAfterMs: number | undefined;
  constructor(
    message: string,
    code: string,
    options?: ErrorOptions & { readonly retryAfterMs?: number | undefined },
  ) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** The store can be reached, but cannot answer the question, for instance because of a time that it cannot represent. */
export class HistoryQueryRefused extends Error {
  override readonly name = 'HistoryQueryRefused';
  readonly detail: Text;

  constructor(detail: Text, options?: ErrorOptions) {
    super(inLanguage(detail, 'en'), options);
    this.detail = detail;
  }
}
