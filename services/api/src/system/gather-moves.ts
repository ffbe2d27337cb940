import type { CollectorMove } from '@holdfast/shared/contracts/http/collectors-http.ts';

/** A session that was given to another collector. */
export interface PlacedAnew {
  readonly time: Date;
  readonly session_id: string;
  readonly taker: string;
  readonly reason: CollectorMove['reason'];
  readonly former: string;
}

/** Sessions of one move follow each other within this time. */
const togetherMs = 60_000;
const namedAtMost = 20;

/**
 * Gathers sessions that moved together: from one collector, for one reason, each within a minute of the one before.
 * @param placed newest first
 * @returns newest first
 */
export function gatherMoves(placed: readonly PlacedAnew[]): CollectorMove[] {
  const open = new Map<string, PlacedAnew[]>();
  const all: PlacedAnew[][] = [];
  for (const each of placed) {
    const key = JSON.stringify([each.former, each.reason]);
    const move = open.get(key);
    const earliest = move?.at(-1);
    if (move && earliest && earliest.time.getTime() - each.time.getTime() <= togetherMs) {
      move.push(each);
      continue;
    }
    const begun = [each];
    open.set(key, begun);
    all.push(begun);
  }
  return all.map(inOne);
}

function inOne(newestFirst: readonly PlacedAnew[]): CollectorMove {
  const placed = newestFirst.toReversed();
  const [first] = placed;
  const last = placed.at(-1);
  if (!first || !last) throw new Error('a move without a session');
  const takers = new Map<string, number>();
  for (const { taker } of placed) takers.set(taker, (takers.get(taker) ?? 0) + 1);
  return {
    from: first.time.toISOString(),
    to: last.time.toISOString(),
    reason: first.reason,
    former: first.former,
    takers: [...takers].map(([collector_id, sessions]) => ({ collector_id, sessions })),
    sessions: placed.length,
    session_ids: placed.slice(0, namedAtMost).map(({ session_id }) => session_id),
  };
}
