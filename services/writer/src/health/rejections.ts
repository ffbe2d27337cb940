import { mostRejectedSenders, type RejectedSamples } from '@holdfast/shared/contracts/sink-status.ts';

/** A rejection that has not recurred for this long is no longer news. */
const newsForMs = 10 * 60_000;
const sourcesKept = 200;
/** Sessions that are reported of each publisher: one that makes up thousands must not hide those of others. */
const sessionsKept = 20;
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
  readonly sinceMs: number;
  reason: string;
  lastMs: number;
  samples: number;
}

interface Source {
  /** By session, the latest last. */
  readonly entries: Map<string, Entry>;
  /** Sessions for which there was no room. */
  leftOut: number;
  lastMs: number;
  minute: number;
  /** The samples kept in this minute. */
  kept: number;
}

/** Samples that are not their holder's, by their publisher and by the session that they name. */
export class Rejections {
  /** The latest last. */
  readonly #sources = new Map<string, Source>();

  /**
   * @returns whether to keep it for people to look at. A flood of forgeries would push everything else out of
   * QUARANTINE, so only some of each publisher's are kept, but everything that may be genuine
   */
  note({ session, source, reason, isLost }: Rejection, nowMs: number): boolean {
    const about = this.#about(source.slice(0, nameLength), nowMs);
    const { entries } = about;
    const name = session.slice(0, nameLength);
    const entry = entries.get(name) ?? { session: name, sinceMs: nowMs, reason, lastMs: nowMs, samples: 0 };
    entry.reason = reason.slice(0, reasonLength);
    entry.lastMs = nowMs;
    entry.samples += 1;
    entries.delete(name);
    entries.set(name, entry);
    const [oldest] = entries.keys();
    if (entries.size > sessionsKept && oldest !== undefined) {
      entries.delete(oldest);
      about.leftOut += 1;
    }
    return isLost || isWithinBudget(about, nowMs);
  }

  /** The latest ones first. */
  told(nowMs: number): { rejected: RejectedSamples[]; rejected_left_out: number } {
    const all: (Entry & { readonly source: string })[] = [];
    let leftOut = 0;
    for (const [source, about] of this.#sources) {
      if (nowMs - about.lastMs > newsForMs) {
        this.#sources.delete(source);
        continue;
      }
      leftOut += about.leftOut;
      for (const entry of about.entries.values()) {
        if (nowMs - entry.lastMs <= newsForMs) all.push({ ...entry, source });
      }
    }
    all.sort((a, b) => b.lastMs - a.lastMs);
    return {
      rejected: all
        .slice(0, mostRejectedSenders)
        .map(({ session, source, reason, sinceMs, lastMs, samples }) => ({
          session,
          source,
          reason,
          since: new Date(sinceMs).toISOString(),
          last: new Date(lastMs).toISOString(),
          samples,
        })),
      rejected_left_out: leftOut + Math.max(0, all.length - mostRejectedSenders),
    };
  }

  #about(source: string, nowMs: number): Source {
    const about = this.#sources.get(source) ?? {
      entries: new Map(),
      leftOut: 0,
      lastMs: 0,
      minute: 0,
      kept: 0,
    };
    about.lastMs = nowMs;
    this.#sources.delete(source);
    this.#sources.set(source, about);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > sourcesKept && oldest !== undefined) this.#sources.delete(oldest);
    return about;
  }
}

function isWithinBudget(about: Source, nowMs: number): boolean {
  const minute = Math.floor(nowMs / minuteMs);
  if (minute !== about.minute) {
    about.minute = minute;
    about.kept = 0;
  }
  if (about.kept >= keptAMinute) return false;
  about.kept += 1;
  return true;
}
