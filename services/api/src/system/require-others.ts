import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import { canRead } from '@holdfast/shared/domain/placement/driver-labels.ts';
import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { KnownCollector } from '../ports.ts';
import { Problem } from '../problems/problem.ts';

const namedAtMost = 20;

/**
 * Requires that other collectors could take what one reads: there is one, and each session finds the labels and drivers
 * that it requires.
 * @throws Problem when not, DatabaseUnavailable
 */
export async function requireOthers(
  database: Database,
  { id }: KnownCollector,
  others: readonly KnownCollector[],
): Promise<void> {
  if (others.length === 0) {
    throw lastCollector(
      both(
        `No other collector is up: the sessions of ${id} would stay with it.`,
        `没有其他采集器在线：${id} 的会话会留在它那里。`,
      ),
      [],
    );
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
    both(
      `Nobody else that is up has the labels or drivers that ${bound.length} of its sessions require: they would stay with ${id}.`,
      `在线的其他采集器都没有其 ${bound.length} 个会话所需的标签或驱动：它们会留在 ${id}。`,
    ),
    bound.slice(0, namedAtMost).map(({ session_id }) => session_id),
  );
}

function lastCollector(why: InBoth, sessions: readonly string[]): Problem {
  return new Problem(
    'last_collector',
    both(
      `${why.en} Start another one first, or have it drained by force: what nobody takes goes on being read where it is.`,
      `${why.zh}请先启动另一个采集器，或强制移出：无人接管的会话留在原处继续读取。`,
    ),
    { sessions },
  );
}
