import { type CollectorMove, moveReasons } from '@holdfast/shared/contracts/http/collectors-http.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { gatherMoves, type PlacedAnew } from './gather-moves.ts';

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
