import type { PlacementView, SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { SessionState } from '@holdfast/shared/domain/session/state.ts';
import type { SessionRow } from './session-row.ts';

export type NamedSessionRow = SessionRow & { readonly task_name: string };

export function sessionView(row: NamedSessionRow, now: Date): SessionView {
  return {
    id: row.session_id,
    task_id: row.task_id,
    task_code: row.task_code,
    task_name: row.task_name,
    status: row.status,
    started_at: row.started_at.toISOString(),
    stopped_at: row.stopped_at?.toISOString() ?? null,
    duration_seconds: secondsBetween(row.started_at, row.stopped_at ?? now),
    config_version: row.config_version,
    collector_id: row.collector_id,
    epoch: row.epoch,
    placement: placementView(row),
    error_message: row.error_message,
    metadata: row.metadata,
  };
}

function placementView(row: SessionRow): PlacementView | null {
  if (row.placement_state === null) return null;
  return {
    state: row.placement_state,
    collector_id: row.collector_id,
    epoch: row.epoch,
    since: row.placement_since?.toISOString() ?? null,
    detail: row.placement_detail,
  };
}

/**
 * What the log alone says, for when the read model cannot be asked: without the task's name, the metadata and the
 * placement.
 */
export function sessionViewFromLog(
  state: Exclude<SessionState, { status: 'never_started' }>,
  now: Date,
): SessionView {
  const { sessionId, taskId, taskCode, configVersion, startedAt } = state.session;
  const stoppedAt = 'stoppedAt' in state ? state.stoppedAt : null;
  return {
    id: sessionId,
    task_id: Number(taskId),
    task_code: taskCode,
    task_name: '',
    status: state.status,
    started_at: startedAt,
    stopped_at: stoppedAt,
    duration_seconds: secondsBetween(new Date(startedAt), stoppedAt === null ? now : new Date(stoppedAt)),
    config_version: configVersion,
    collector_id: null,
    epoch: null,
    placement: null,
    error_message: state.status === 'error' ? state.reason : null,
    metadata: {},
  };
}

/** Not below zero: the writers' clocks may differ. */
function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, Math.round(to.getTime() - from.getTime()) / 1_000) || 0;
}
