import { type RejectedSamples, rejectedTold } from '@holdfast/shared/contracts/sink-status.ts';

/** A rejection that has not recurred for so long is no longer news. */
const newsForMs = 10 * 60_000;
const entriesKept = 1_000;
const minuteMs = 60_000;
const keptAMinute = 60;
/** Anybody can make up a message, with names of any length. */
const nameLength = 100;
const reasonLength = 500;

export interface Rejection {
  /** As the message says. */
  readonly session: string;
  /** The publisher, as the broker says. */
  readonly source: string;
  readonly reason: string;
  /** True when it may be genuine, but the log that would confirm it is lost. */
  readonly isLost: boolean;
}

interface Entry {
  readonly session: string;
  readonly source: string;
  readonly sinceMs: number;
  reason: string;
  lastMs: number;
  samples: number;
}

/** Samples that are not their holder's, by the session that they name and by their publisher. */
export class Rejections {
  readonly #entries = new Map<string, Entry>();
  #minute = 0;
  /** By publisher: the samples kept in this minute. */
  #kept = new Map<string, number>();

  /**
   * @returns whether to keep it for people to look at. A flood of forgeries would push everything else out of
   * QUARANTINE, so only some of each publisher's are kept, but everything that may be genuine
   */
  note({ session, source, reason, isLost }: Rejection, nowMs: number): boolean {
    const about = { session: session.slice(0, nameLength), source: source.slice(0, nameLength) };
    const key = JSON.stringify(about);
    const entry = this.#entries.get(key) ?? { ...about, sinceMs: nowMs, reason, lastMs: nowMs, samples: 0 };
    entry.reason = reason.slice(0, reasonLength);
    entry.lastMs = nowMs;
    entry.samples += 1;
    // The latest stand last.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > entriesKept && oldest !== undefined) this.#entries.delete(oldest);
    return isLost || this.#isWithinBudget(about.source, nowMs);
  }

  /** The latest ones first. */
  told(nowMs: number): { rejected: RejectedSamples[]; rejected_left_out: number } {
    for (const [key, { lastMs }] of this.#entries) {
      if (nowMs - lastMs <= newsForMs) break;
      this.#entries.delete(key);
    }
    const all = [...this.#entries.values()].reverse();
    return {
      rejected: all.slice(0, rejectedTold).map(({ session, source, reason, sinceMs, lastMs, samples }) => ({
        session,
        source,
        reason,
        since: new Date(sinceMs).toISOString(),
        last: new Date(lastMs).toISOString(),
        samples,
      })),
      rejected_left_out: Math.max(0, all.length - rejectedTold),
    };
  }

  #isWithinBudget(source: string, nowMs: number): boolean {
    const minute = Math.floor(nowMs / minuteMs);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#kept = new Map();
    }
    const kept = this.#kept.get(source) ?? 0;
    if (kept >= keptAMinute) return false;
    this.#kept.set(source, kept + 1);
    return true;
  }
}
