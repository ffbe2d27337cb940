import { canRead } from '@holdfast/shared/domain/placement/driver-labels.ts';
import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { CollectorRecord } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { systemText } from './texts.ts';

const namedAtMost = 20;

/**
 * Requires that other collectors could take what one reads. There is one, and each session finds the labels and drivers
 * that it requires.
 * @throws Problem when not, DatabaseUnavailable
 */
export async function requireOthers(
  database: Database,
  { id }: CollectorRecord,
  others: readonly CollectorRecord[],
): Promise<void> {
  if (others.length === 0) {
    throw lastCollector(systemText('no_other_collector_is_up', { id }), []);
  }
  const { rows } = await sql<{ session_id: string; needs: SessionNeeds | null }>`
    select sessions.session_id,
      (select data->'needs' from session_events
        where session_events.session_id = sessions.session_id and type = 'session.started'
        order by sequence limit 1) as needs
    from sessions
    where status = 'running' and placement_state = 'placed' and collector_id = ${id}
    order by first_sequence`.execute(database);
  const bound = rows.filter(({ needs }) => !others.some(({ labels }) => canRead(labels, needs ?? undefined)));
  if (bound.length === 0) return;
  throw lastCollector(
    systemText('nobody_else_that_is_up', { count: bound.length, id }),
    bound.slice(0, namedAtMost).map(({ session_id }) => session_id),
  );
}

function lastCollector(why: Text, sessions: readonly string[]): Problem {
  return new Problem('last_collector', systemText('last_collector', { why }), { sessions });
}
