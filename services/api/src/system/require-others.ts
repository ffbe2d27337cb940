import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { KnownCollector } from '../ports.ts';
import { Problem } from '../problems/problem.ts';

const namedAtMost = 20;

/**
 * Whether others could have what a collector reads: there is one, and each session finds the labels that it requires.
 * @throws Problem when not, DatabaseUnavailable
 */
export async function requireOthers(
  database: Database,
  { id }: KnownCollector,
  others: readonly KnownCollector[],
): Promise<void> {
  if (others.length === 0) {
    throw lastCollector(`No other collector is up: the sessions of ${id} would stay with it.`, []);
  }
  const { rows } = await sql<{ session_id: string; labels: Record<string, string> | null }>`
    select sessions.session_id,
      (select data->'needs'->'labels' from session_events
        where session_events.session_id = sessions.session_id and type = 'session.started'
        order by sequence limit 1) as labels
    from sessions
    where status = 'running' and placement_state = 'placed' and collector_id = ${id}
    order by first_sequence`.execute(database);
  const bound = rows.filter(
    ({ labels }) =>
      !others.some((other) =>
        Object.entries(labels ?? {}).every(([name, value]) => other.labels[name] === value),
      ),
  );
  if (bound.length === 0) return;
  throw lastCollector(
    `Nobody else that is up has the labels that ${bound.length} of its sessions require: they would stay with ${id}.`,
    bound.slice(0, namedAtMost).map(({ session_id }) => session_id),
  );
}

function lastCollector(why: string, sessions: readonly string[]): Problem {
  return new Problem(
    'last_collector',
    `${why} Start another one first, or have it drained by force: what nobody takes goes on being read where it is.`,
    { sessions },
  );
}
