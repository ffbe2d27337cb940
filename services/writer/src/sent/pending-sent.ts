import { decodeSentRecord, type SentRecord } from '@holdfast/shared/contracts/sent-record.ts';

/** A message of SENT. */
export interface SentMessage {
  readonly sequence: number;
  readonly subject: string;
  /** On the broker's clock. */
  readonly storedAtMs: number;
  readonly text: string;
}

export interface LookAtSamples {
  /** The last sequence of SAMPLES at the time of asking, which was after SENT was read. */
  readonly end: number;
  /** Everything up to this sequence was acknowledged, or dropped by the stream. */
  readonly doneUpTo: number;
  readonly isDatabaseUp: boolean;
  /** On the broker's clock. */
  readonly nowMs: number;
  readonly monotonicMs: number;
}

interface Pending {
  /** Without its text, as SENT may have megabytes of it. */
  readonly message: Omit<SentMessage, 'text'>;
  readonly record: SentRecord;
  /** No sample covered by the record is after this sequence of SAMPLES. */
  end: number | undefined;
  /** Since when none of these samples is left there while the database was up; monotonic. */
  goneSinceMs: number | undefined;
}

/** A collector that still reads publishes a record every half minute at least. */
const surelyEndedMs = 2 * 60_000;
/** Longest time for which a living writer holds, and may still store, samples that the stream has dropped. */
const inHandMs = 10_000;

/**
 * The records of SENT that wait to be put on record. A record waits as long as its samples may still be stored. Samples
 * that were sent but are recorded nowhere else are then certainly lost.
 */
export class PendingSent {
  readonly #bySubject = new Map<string, Pending>();

  get size(): number {
    return this.#bySubject.size;
  }

  /** Takes messages in the order of the stream. Those that cannot be read are left to a writer that can. */
  take(messages: readonly SentMessage[]): void {
    for (const { text, ...message } of messages) {
      const record = decodeSentRecord(text);
      if (!record) continue;
      this.#bySubject.set(message.subject, { message, record, end: undefined, goneSinceMs: undefined });
    }
  }

  /** The records that can be put on record now. */
  ready({
    end,
    doneUpTo,
    isDatabaseUp,
    nowMs,
    monotonicMs,
  }: LookAtSamples): Pick<Pending, 'message' | 'record'>[] {
    return [...this.#bySubject.values()].filter((pending) => {
      const { message, record } = pending;
      if (!record.ended && nowMs - message.storedAtMs < surelyEndedMs) return false;
      pending.end ??= end;
      if (!isDatabaseUp || doneUpTo < pending.end) pending.goneSinceMs = undefined;
      else pending.goneSinceMs ??= monotonicMs;
      return pending.goneSinceMs !== undefined && monotonicMs - pending.goneSinceMs >= inHandMs;
    });
  }

  /** Call it when a message is on record. */
  settle({ subject, sequence }: Pick<SentMessage, 'subject' | 'sequence'>): void {
    if (this.#bySubject.get(subject)?.message.sequence === sequence) this.#bySubject.delete(subject);
  }

  forget(): void {
    this.#bySubject.clear();
  }
}
