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
  /** The last sequence that SAMPLES had given when it was asked, after SENT was read. */
  readonly end: number;
  /** Everything up to this sequence was acknowledged, or dropped by the stream. */
  readonly doneUpTo: number;
  readonly isDatabaseUp: boolean;
  /** On the broker's clock. */
  readonly nowMs: number;
  readonly monotonicMs: number;
}

interface Pending {
  /** Without its text, of which SENT may have megabytes. */
  readonly message: Omit<SentMessage, 'text'>;
  readonly record: SentRecord;
  /** None of the samples that it speaks of lies behind this sequence of SAMPLES. */
  end: number | undefined;
  /** Since when none of them has been left there while the database was up; monotonic. */
  goneSinceMs: number | undefined;
}

/** A collector that reads on says so every half minute at least. */
const surelyEndedMs = 2 * 60_000;
/** Longest time for which a living writer still holds, and may store, samples that the stream has dropped. */
const inHandMs = 10_000;

/**
 * The records of SENT that wait to be put on record. None is as long as samples that it speaks of may come to be stored:
 * what was sent and is on record nowhere else is then lost for certain.
 */
export class PendingSent {
  readonly #bySubject = new Map<string, Pending>();

  get size(): number {
    return this.#bySubject.size;
  }

  /** In the order of the stream. What cannot be read is left to a writer that can. */
  take(messages: readonly SentMessage[]): void {
    for (const { text, ...message } of messages) {
      const record = decodeSentRecord(text);
      if (!record) continue;
      this.#bySubject.set(message.subject, { message, record, end: undefined, goneSinceMs: undefined });
    }
  }

  /** Those that can be put on record now. */
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

  /** It is on record. */
  settle({ subject, sequence }: Pick<SentMessage, 'subject' | 'sequence'>): void {
    if (this.#bySubject.get(subject)?.message.sequence === sequence) this.#bySubject.delete(subject);
  }

  forget(): void {
    this.#bySubject.clear();
  }
}
