import type { PointValue, Sample } from '../contracts/sample.ts';

/** What a store keeps of a sample. */
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
  | 'time'
  | 'values'
  | 'miss'
>;

export type WriteOutcome =
  | { readonly kind: 'written' }
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
  /** Honoured by stores that keep it with the values (PostgreSQL), ignored by others. */
  readonly sessionId?: string;
  readonly taskId?: string;
  /** First moment that counts. */
  readonly start: Date;
  /** First moment that does not count any more. */
  readonly end: Date;
  /** The latest so many of what matches. */
  readonly limit: number;
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
  readonly value: PointValue;
}

/**
 * Where samples end up and history is read from.
 *
 * Callers may rely on: what was `written` is durable. A value is identified by session, device, point and the
 * sample's scheduled time: writing it again changes nothing, so redelivery is harmless. Within the store's
 * means (see the adapters) a value of a higher epoch replaces one of a lower, never the other way round.
 */
export interface SampleStore {
  /** @throws SampleStoreUnavailable: nothing is known about what was stored, write all of it again later */
  write(samples: readonly StorableSample[]): Promise<WriteOutcome>;
  /** Ascending by time, then device. @throws SampleStoreUnavailable, HistoryQueryRefused */
  history(query: HistoryQuery): Promise<HistoryPoint[]>;
  /** Session id → highest epoch stored; empty where the store does not keep it. @throws SampleStoreUnavailable */
  highestEpochs(): Promise<ReadonlyMap<string, number>>;
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
  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The store understood the connection but not the question, for instance a time that it cannot represent. */
export class HistoryQueryRefused extends Error {
  override readonly name = 'HistoryQueryRefused';
}
