import type { SessionIdentity } from '@holdfast/shared/domain/session/events.ts';
import type { Selectable } from 'kysely';
import type { SessionEventsTable, SessionsTable } from '../../database/tables.ts';

/** A session as the read model keeps it: what SESSIONS says about it up to one sequence, and nothing else. */
export type SessionRow = Readonly<Selectable<SessionsTable>>;
/** `data` is null when it could not be stored. */
export type SessionEventRow = Readonly<Omit<Selectable<SessionEventsTable>, 'data'>> & {
  readonly data: unknown;
};

export const unplaced = {
  collector_id: null,
  epoch: null,
  placement_state: null,
  placement_since: null,
  placement_detail: '',
} as const;

const blankRow: SessionRow = {
  session_id: '',
  task_id: 0,
  task_code: '',
  status: 'running',
  started_at: new Date(0),
  stopped_at: null,
  config_version: 0,
  metadata: {},
  error_message: null,
  error_cause: null,
  error_attempt: null,
  soft_limit_at: null,
  hard_limit_at: null,
  warned_at: null,
  stopped_by: null,
  stop_reason: null,
  ...unplaced,
  first_sequence: 0,
  last_sequence: 0,
};

export const sessionColumns = Object.keys(blankRow);

/** The row of a session that runs nowhere yet. @param time stands for a start that cannot be read */
export function startedRow(
  { sessionId, taskId, taskCode, configVersion, startedAt, softLimitAt, hardLimitAt }: SessionIdentity,
  time: Date,
): SessionRow {
  const start = new Date(startedAt);
  return {
    ...{ ...blankRow, session_id: sessionId, task_id: Number(taskId), task_code: taskCode },
    config_version: configVersion,
    started_at: Number.isNaN(start.getTime()) ? time : start,
    soft_limit_at: softLimitAt === undefined ? null : new Date(softLimitAt),
    hard_limit_at: hardLimitAt === undefined ? null : new Date(hardLimitAt),
  };
}
