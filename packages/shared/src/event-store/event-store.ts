import type { CloudEvent } from '../contracts/cloud-event.ts';

export interface StoredEvent {
  readonly subject: string;
  /** Place in the log: rises over all subjects. */
  readonly sequence: number;
  /** The parsed message, not yet validated: decoding is the reader's task. */
  readonly message: unknown;
}

/**
 * The log of session events.
 *
 * Callers may rely on: an append that returned is durable and is in the log exactly once, even when the
 * answer to an attempt was lost; of two appends with the same expectation on a subject one wins; reads see
 * every append that returned before them, in one order per log.
 */
export interface EventStore {
  /**
   * Appends to a subject whose last event has the sequence `expectedLast` (0: no event yet) and returns the
   * new event's sequence. An event whose id the subject has already is not stored again; its sequence is
   * returned, for as long as the store remembers ids (two minutes for JetStream).
   * @throws VersionConflict when another event stands there
   * @throws AppendOutcomeUnknown when the store could not be asked who won; the event may or may not be stored
   * @throws StoreUnavailable when it is certain that nothing was stored; also when the id was used on another
   * subject
   */
  append(subject: string, event: CloudEvent, expectedLast: number): Promise<number>;

  /** @throws StoreUnavailable */
  readLast(subject: string): Promise<StoredEvent | undefined>;

  /** Oldest first, up to the last event at the time of the call. A subject may end in `*`. @throws StoreUnavailable */
  read(subject: string): AsyncIterable<StoredEvent>;
}

export class VersionConflict extends Error {
  override readonly name = 'VersionConflict';
  readonly subject: string;
  constructor(subject: string, expectedLast: number, options?: ErrorOptions) {
    super(`${subject}: another event has followed sequence ${expectedLast}`, options);
    this.subject = subject;
  }
}

export class AppendOutcomeUnknown extends Error {
  override readonly name = 'AppendOutcomeUnknown';
  readonly eventId: string;
  constructor(subject: string, eventId: string, options?: ErrorOptions) {
    super(`${subject}: no answer whether event ${eventId} is stored`, options);
    this.eventId = eventId;
  }
}

export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The log has less than it had, or lacks events in its middle: a store that was wiped or rolled back. */
export class LogDamaged extends Error {
  override readonly name = 'LogDamaged';
}
