import type { Database } from '../../database/open-database.ts';
import { projectEvent } from '../projection/project-event.ts';
import type { SessionRow } from '../projection/read-model-rows.ts';
import { recordedEvents } from './recorded-events.ts';
import type { NamedSessionRow } from './session-view.ts';

/**
 * A session at an earlier time: its events folded up to the last one that is not later than that. Every event before
 * that one in the log had happened, whatever its writer's clock said.
 * @returns undefined when the session had not begun yet
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
  // The period of the version at that time; a later version may have changed it.
  const version = await database
    .selectFrom('task_config_versions')
    .select('period_ms')
    .where('task_id', '=', session.task_id)
    .where('version', '=', row.config_version)
    .executeTakeFirst();
  const { task_name } = session;
  return { ...row, task_name, period_ms: version?.period_ms ?? null, is_latest: laterRun === undefined };
}
