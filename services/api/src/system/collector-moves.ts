import { type CollectorMove, moveReasons } from '@holdfast/shared/contracts/http/collectors-http.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';

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

/** How many placements one call looks at: a plant whose collectors go down often has many of them. */
const readAtMost = 5_000;

/** Reads which sessions went from collector to collector and why, newest first. @throws DatabaseUnavailable */
export async function collectorMoves(
  database: Database,
  filter: {
    readonly begin: Date | undefined;
    readonly end: Date | undefined;
    /** Id of a collector that gave or took them. */
    readonly collector: string | undefined;
  },
): Promise<{ readonly moves: readonly CollectorMove[]; readonly leftOut: boolean }> {
  const { begin, end, collector } = filter;
  const { rows } = await sql<PlacedAnew>`
    select placed.time, placed.session_id,
      placed.data->>'collector_id' as taker, placed.data->>'reason' as reason, former.collector_id as former
    from session_events as placed
    cross join lateral (
      select earlier.data->>'collector_id' as collector_id from session_events as earlier
      where earlier.session_id = placed.session_id and earlier.type = 'session.assigned'
        and earlier.sequence < placed.sequence
      order by earlier.sequence desc limit 1) as former
    where placed.type = 'session.assigned' and placed.data->>'reason' = any(${[...moveReasons]}::text[])
      and placed.time is not null
      ${begin ? sql`and placed.time >= ${begin}` : sql``}
      ${end ? sql`and placed.time < ${end}` : sql``}
      ${collector === undefined ? sql`` : sql`and ${collector} in (placed.data->>'collector_id', former.collector_id)`}
    order by placed.sequence desc limit ${readAtMost}`.execute(database);
  return { moves: gatherMoves(rows), leftOut: rows.length === readAtMost };
}

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
