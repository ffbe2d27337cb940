import type { Database } from '../../database/open-database.ts';
import { projectEvent } from '../projection/project-event.ts';
import type { SessionRow } from '../projection/read-model-rows.ts';
import { recordedEvents } from './recorded-events.ts';
import type { NamedSessionRow } from './session-view.ts';

/**
 * A session as the log told it at an earlier time: its events folded up to the last one that is not later. One that
 * stands before that in the log had happened, whatever the clock of its writer said.
 * @returns undefined when nothing of it had happened yet
 * @throws DatabaseUnavailable
 */
export async function sessionAt(
  database: Database,
  session: NamedSessionRow,
  at: Date,
): Promise<NamedSessionRow | undefined> {
  const events = await recordedEvents(database, session.session_id);
  const end = events.findLastIndex(({ timeMs }) => timeMs <= at.getTime());
  let row: SessionRow | undefined;
  for (const event of events.slice(0, end + 1)) row = projectEvent(row, event, event.sequence);
  if (!row) return undefined;
  const laterIn = (table: 'sessions' | 'cleaned_sessions') =>
    database
      .selectFrom(table)
      .select('session_id')
      .where('task_id', '=', session.task_id)
      .where('first_sequence', '>', session.first_sequence)
      .where('started_at', '<=', at);
  const laterRun = await laterIn('sessions').unionAll(laterIn('cleaned_sessions')).executeTakeFirst();
  // A later version may have changed it.
  const version = await database
    .selectFrom('task_config_versions')
    .select('period_ms')
    .where('task_id', '=', session.task_id)
    .where('version', '=', row.config_version)
    .executeTakeFirst();
  const { task_name } = session;
  return { ...row, task_name, period_ms: version?.period_ms ?? null, is_latest: laterRun === undefined };
}
