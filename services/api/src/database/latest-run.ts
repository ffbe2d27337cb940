import { sql } from 'kysely';

/**
 * Within a query on `sessions`: whether no later run of the same task has followed. Only such a run can go on. A later
 * run that was cleaned up counts as well.
 */
export const isLatestRun = sql<boolean>`(not exists (
  select from sessions as later
  where later.task_id = sessions.task_id and later.first_sequence > sessions.first_sequence
) and not exists (
  select from cleaned_sessions as later
  where later.task_id = sessions.task_id and later.first_sequence > sessions.first_sequence
))`;
