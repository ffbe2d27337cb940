import type { OwnershipRow } from '@holdfast/shared/contracts/http/ownership-http.ts';

/** One change of holder. */
export interface Change {
  readonly at: number;
  readonly reason: string;
  readonly session: string;
  /** Who held the session before, or undefined if that is unknown. */
  readonly before: string | undefined;
  readonly missing: number;
}

/** An event that moved several sessions at once: a collector that was drained or lost, a rebalance, a recovery. */
export interface Move {
  readonly at: number;
  readonly until: number;
  readonly reason: string;
  /** The collector that lost the sessions, where it was a single one. */
  readonly collector: string | undefined;
  readonly sessions: number;
  readonly missing: number;
}

const togetherMs = 15_000;
/** Reasons by which no collector loses a session: a start or a resumption. */
const ofOthers = new Set(['start', 'resume']);

/** The changes of holder within the time shown, in order. */
export function changesWithin(rows: readonly OwnershipRow[]): Change[] {
  return rows
    .flatMap(({ session_id, spans }) =>
      spans.flatMap(({ from, reason, missing_before: missing }, index): Change[] => {
        // A change without a count began before the time shown.
        if (missing === null || ofOthers.has(reason)) return [];
        const before = spans[index - 1]?.collector_id;
        return [{ at: Date.parse(from), reason, session: session_id, before, missing }];
      }),
    )
    .sort((one, other) => one.at - other.at);
}

/** Groups changes that belong together, of two sessions or more. */
export function movesOf(changes: readonly Change[]): Move[] {
  const groups: Change[][] = [];
  /** The group that a change of this kind may still join. */
  const open = new Map<string, Change[]>();
  for (const change of changes) {
    const isOfOne = change.reason === 'failover' || change.reason === 'drain';
    const key = isOfOne ? `${change.reason} ${change.before ?? ''}` : change.reason;
    const group = open.get(key);
    if (group && change.at - (group.at(-1)?.at ?? 0) <= togetherMs) group.push(change);
    else {
      const next = [change];
      groups.push(next);
      open.set(key, next);
    }
  }
  return groups.flatMap((group) => {
    const sessions = new Set(group.map(({ session }) => session)).size;
    const [first, last] = [group[0], group.at(-1)];
    if (sessions < 2 || !first || !last) return [];
    const from = new Set(group.map(({ before }) => before));
    return [
      {
        ...{ at: first.at, until: last.at, reason: first.reason, sessions },
        collector: from.size === 1 ? first.before : undefined,
        missing: group.reduce((sum, { missing }) => sum + missing, 0),
      },
    ];
  });
}
