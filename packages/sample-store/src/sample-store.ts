import type { InBoth } from '@holdfast/driver/form-words.ts';
import type { ValueKind } from '@holdfast/driver/values/value-kind.ts';
import type { PlainValues } from '@holdfast/shared/contracts/sample/read-sample.ts';
import type { PointValue, Sample } from '@holdfast/shared/contracts/sample/sample.ts';

/** The first tick of a device for which anybody answers under an epoch, as far as samples show it. */
export interface FirstTick {
  readonly session: string;
  /** Device code. */
  readonly device: string;
  readonly epoch: number;
  /** Its scheduled time, in ms since 1970: ticks of a device may have had several lengths. */
  readonly timeMs: number;
  /** Sequence in SAMPLES of the first message that says so. */
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
  | 'time'
  | 'values'
  | 'integers'
  | 'uncertain'
  | 'part'
  | 'changes'
  | 'lacking'
  | 'miss'
> & {
  /** The sample's own: tells whether `lacking` left out means that it lacks nothing. */
  readonly v?: Sample['v'];
  /** Quality of the sample's time, and so of all its values; `uncertain` names single ones. Left out means good. */
  readonly quality?: Quality;
  /** Its session has gone on under a higher epoch, as far as the writer knows. */
  readonly overtaken?: boolean;
  /** Points whose time is their source's own. */
  readonly sourceTimed?: ReadonlySet<string>;
  /** The same as `values`, as it came: for stores that can use it so. */
  readonly plainValues?: PlainValues;
  /** Sequence of its message in SAMPLES: tells samples published before a session had a new owner from later ones. */
  readonly sequence?: number;
  /** Its points in the configuration, by their codes: for stores that keep names and units with each value. */
  readonly labels?: ReadonlyMap<string, PointLabels>;
};

export interface PointLabels {
  readonly name: string;
  readonly unit: string;
  /** All its values are whole numbers. */
  readonly isWhole: boolean;
}

/** The first sample of an epoch that was stored lay here in the stream, or earlier. */
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
 * `uncertain`: the value was read from the device, but the clock that its time comes from was far off, so that it may
 * belong to another moment; or the value is outside its valid range or unknown to its enumeration.
 */
export type Quality = 'good' | 'uncertain';

/** A value that the store will never take as it is. */
export interface RefusedValue {
  /** The point's. */
  readonly code: string;
  readonly reason: string;
}

/** Part of a sample that the store will never take, while it takes the rest. */
export interface Refusal {
  readonly sample: StorableSample;
  /** Points by their codes; `all`: nothing of the sample is stored. */
  readonly codes: readonly string[] | 'all';
  readonly reason: string;
}

export type WriteOutcome =
  /** Everything is stored but what is `refused`, if anything is. */
  | { readonly kind: 'written'; readonly refused?: readonly Refusal[] }
  /**
   * The store will never take these samples as they are; some of them may be stored nevertheless. To find the
   * culprit, write parts: writing again what is stored already changes nothing.
   */
  | { readonly kind: 'rejected'; readonly reason: string };

export interface HistoryQuery {
  readonly pointCode: string;
  /**
   * Only these devices; all when left out. A time-series database knows no sessions: to ask for one, pass the
   * devices of its configuration here.
   */
  readonly devices?: readonly HistoryDevice[];
  /** Honoured by stores that keep sessions, ignored by others. */
  readonly sessionId?: string;
  readonly taskId?: string;
  /** First moment that counts. */
  readonly start: Date;
  /** First moment that does not count any more. */
  readonly end: Date;
  /** The latest so many of what matches. */
  readonly limit: number;
  /**
   * Once it is aborted nobody wants the answer any more: a store that can take its question back does so, and throws the reason
   * of the signal. Others answer, within the longest wait that they have for any answer.
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
  /** A whole number from 2^53 on that came as a 64-bit integer is its decimal text. */
  readonly value: PointValue;
  readonly quality: Quality;
}

export interface AggregateQuery extends HistoryQuery {
  /** Length of one bucket. Buckets begin at multiples of it since 1970, whatever `start` is: in UTC, or by the clock below. */
  readonly intervalMs: number;
  /** How far the clock is ahead of UTC by which buckets begin; 0 unless set. */
  readonly utcOffsetMs?: number;
}

/**
 * The values of one point of one device in one interval, put together. A bucket without any value is absent, so a gap is
 * a gap; `withEmptyBuckets` makes them visible to a chart.
 */
export interface HistoryBucket {
  /** Begin of the interval; the first one may lie before `start`, of which it counts only what comes after. */
  readonly time: Date;
  /** Device code. */
  readonly device: string;
  readonly pointCode: string;
  /** Mean of the numbers; null when there was none (a point of booleans or texts). Never exact beyond 2^53. */
  readonly mean: number | null;
  /** As `value` of a HistoryPoint: exact, and so a text from 2^53 on. */
  readonly min: number | string | null;
  readonly max: number | string | null;
  /** The youngest value, of whatever kind; null only in an empty bucket. */
  readonly last: PointValue | null;
  /** Values of whatever kind. */
  readonly count: number;
  /** `uncertain` as soon as one of the values is. */
  readonly quality: Quality;
}

/** Where values of a point lie. */
export interface StoredPlace extends HistoryDevice {
  readonly pointCode: string;
}

/** More buckets than this in one question are refused: nobody can look at them, and they cost the database. */
export const bucketsAtMost = 100_000;

/**
 * Where samples end up and history is read from.
 *
 * Callers may rely on: what was `written` is durable. A value is identified by session, device, point and the
 * sample's scheduled time: writing it again changes nothing, so redelivery is harmless. Within the store's
 * means (see the adapters) a value of a higher epoch replaces one of a lower, never the other way round. 64-bit
 * integers come back exactly.
 */
export interface SampleStore {
  /** Whether it keeps with a value which session it is of. */
  readonly keepsSessions: boolean;
  /** @throws SampleStoreUnavailable: nothing is known about what was stored, write all of it again later */
  write(samples: readonly StorableSample[]): Promise<WriteOutcome>;
  /** Ascending by time, then device. @throws SampleStoreUnavailable, HistoryQueryRefused */
  history(query: HistoryQuery): Promise<HistoryPoint[]>;
  /**
   * The youngest value at each place, however old; none where nothing is stored. In no order.
   * @throws SampleStoreUnavailable, HistoryQueryRefused
   */
  lastValues(places: readonly StoredPlace[]): Promise<HistoryPoint[]>;
  /**
   * Ascending by time, then device; `limit` counts buckets of all devices together, the latest are given.
   * @throws SampleStoreUnavailable, HistoryQueryRefused (also above `bucketsAtMost`)
   */
  aggregate(query: AggregateQuery): Promise<HistoryBucket[]>;
  /**
   * The starts, stored by any writer, of epochs above the given ones (session id → highest epoch known already). A store
   * that does not keep them answers nothing. @throws SampleStoreUnavailable
   */
  epochStarts(known: ReadonlyMap<string, number>): Promise<EpochStart[]>;
  /**
   * Kinds of value that are stored at each place, in the order given: none where nothing is, or where it cannot be told.
   * @throws SampleStoreUnavailable
   */
  kindsOf(places: readonly StoredPlace[]): Promise<readonly ReadonlySet<ValueKind>[]>;
  /**
   * Since which tick each device was read under the epochs above the given one, as far as any writer has stored it. A store
   * that does not keep that answers nothing. @throws SampleStoreUnavailable
   */
  firstTicks(asked: readonly DeviceOfEpoch[]): Promise<FirstTick[]>;
  /** Forgets the starts and first ticks of epochs that were never given to anybody. @throws SampleStoreUnavailable */
  forgetEpochs(epochs: readonly Pick<EpochStart, 'session' | 'epoch'>[]): Promise<void>;
  /**
   * Makes room for the days to come, and drops the days that ended before `keepFromMs`, when that is given. Call it every
   * hour or so. Does nothing where the database does that by itself.
   * @returns what was dropped, by name. @throws SampleStoreUnavailable
   */
  maintain(options: { readonly nowMs: number; readonly keepFromMs?: number | undefined }): Promise<string[]>;
  /** Whether it answers right now. Never throws. */
  reachable(): Promise<boolean>;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * The store cannot be used now: away, overloaded, too slow, or it does not accept our credentials or its tables
 * are missing. None of that is the samples' fault: keep them and try again.
 */
export class SampleStoreUnavailable extends Error {
  override readonly name = 'SampleStoreUnavailable';
  /** For noticing a change of cause: an SQLSTATE, an HTTP status, a system error code. */
  readonly code: string;
  /** The server asks not to be tried before this has passed. */
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

/** The store understood the connection but not the question, for instance a time that it cannot represent. */
export class HistoryQueryRefused extends Error {
  override readonly name = 'HistoryQueryRefused';
  readonly detail: InBoth;

  constructor(detail: InBoth, options?: ErrorOptions) {
    super(detail.en, options);
    this.detail = detail;
  }
}
