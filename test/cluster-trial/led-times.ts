import type { Span } from './observations.ts';

export interface CopyState {
  readonly leader?: string;
  /** The others, as this node knows them; `active`: ns since it heard of them. */
  readonly replicas?: readonly { readonly current: boolean; readonly active?: number }[];
}

/** A copy of a stream as its node reports it. */
export interface Copy {
  /** The name of that node. */
  readonly on: string;
  readonly cluster: CopyState | undefined;
}

/** A leader that has not heard from enough other copies for so long leads no more, whoever still believes in it. */
const heardWithinMs = 4_000;
const nanosPerMs = 1_000_000;

interface Leadership {
  readonly leader: string;
  /** When it last heard from enough of the others to be a majority with them. */
  readonly atMs: number;
}

/**
 * The leader by its own word. The others believe in a leader that was killed, frozen or cut off until they elect another,
 * 4 to 9 s, and it believes in itself for 10 s; it takes nothing in that time.
 */
export function heardLeader(
  copies: readonly Copy[],
  lookedAtMs: number,
  nodes: number,
): Leadership | undefined {
  const others = Math.floor(nodes / 2);
  const leaderships = copies.flatMap(({ on, cluster }) => {
    if (cluster?.leader !== on) return [];
    const silentMs = (cluster.replicas ?? [])
      // A copy that the leader has never heard of is said to have been active 0 ns ago.
      .filter(({ active = 0, current }) => active > 0 || current)
      .map(({ active = 0 }) => active / nanosPerMs)
      .toSorted((a, b) => a - b)[others - 1];
    if (silentMs === undefined || silentMs > heardWithinMs) return [];
    return [{ leader: on, atMs: lookedAtMs - silentMs }];
  });
  return leaderships.toSorted((a, b) => b.atMs - a.atMs)[0];
}

/** Times during which a stream had a leader that heard from most copies. */
export class LedTimes {
  readonly #spans: { fromMs: number; toMs: number; leader: string }[] = [];

  /** Oldest first; the last one may go on. */
  get spans(): readonly Span[] {
    return this.#spans;
  }

  note(leadership: Leadership | undefined, lookedAtMs: number): void {
    if (!leadership) return;
    const last = this.#spans.at(-1);
    if (last?.leader === leadership.leader && leadership.atMs - last.toMs <= heardWithinMs) {
      last.toMs = Math.max(last.toMs, leadership.atMs);
    } else this.#spans.push({ fromMs: lookedAtMs, toMs: lookedAtMs, leader: leadership.leader });
  }
}

/** The times that lie in a span of both. */
export function inBoth(some: readonly Span[], others: readonly Span[]): Span[] {
  return some.flatMap((one) =>
    others.flatMap((other) => {
      const span = { fromMs: Math.max(one.fromMs, other.fromMs), toMs: Math.min(one.toMs, other.toMs) };
      return span.fromMs < span.toMs ? [span] : [];
    }),
  );
}
