import {
  type PlacementView,
  type SessionView,
  sessionViewSchema,
} from '@holdfast/shared/contracts/http/session-http.ts';
import type { WaitingNotice } from '@holdfast/shared/contracts/waiting-notice.ts';
import type { FailureCause } from '@holdfast/shared/domain/session/events.ts';
import { restartDelayMs } from '@holdfast/shared/domain/session/restart-delay.ts';
import type { SessionState } from '@holdfast/shared/domain/session/state.ts';
import { readWords, writtenWords } from '@holdfast/texts/bounded-text.ts';
import type { Words } from '@holdfast/texts/text.ts';
import { localize } from '../../problems/localize.ts';
import { placementText, shownWords } from '../projection/placement-words.ts';
import { type SessionRow, startedRow } from '../projection/read-model-rows.ts';

export type NamedSessionRow = SessionRow & {
  readonly task_name: string;
  /** Whether no later run of its task has followed. */
  readonly is_latest: boolean;
  /** Period in the snapshot that the session runs on, or null if PostgreSQL does not know it. */
  readonly period_ms: number | null;
  /** Of the version that the session runs on, where it was read with the session. */
  readonly compared_hash?: string | null | undefined;
  /** As `siteCodesOf`, of the same version: null if it is lost, undefined where it was not read with the session. */
  readonly site_codes?: string[] | null | undefined;
};

const fieldNames = Object.keys(sessionViewSchema.shape) as (keyof SessionView)[];

/** The fields of a view, with times as they are in rows. */
type Fields = { readonly [Name in keyof SessionView]: SessionView[Name] | TimeOf<SessionView[Name]> };
type TimeOf<Value> = string extends Value ? Date : never;

/**
 * @param notice why the session waits, as the supervisor says, if it waits
 * @param isWhole whether the caller may see all of its devices
 */
export function sessionView(
  row: NamedSessionRow,
  now: Date,
  notice?: WaitingNotice,
  isWhole = true,
): SessionView {
  const { started_at, stopped_at, error_message, error_cause, error_attempt } = row;
  const fields: Fields = {
    ...row,
    id: row.session_id,
    duration_seconds: secondsBetween(started_at, stopped_at ?? now),
    placement: placementView(row, notice, isWhole),
    error_message: error_message && localize(shownWords(readWords(error_message), isWhole)),
    next_try_at: row.is_latest ? nextTryAt(error_cause, stopped_at, error_attempt) : null,
  };
  // Columns that only the read model has are left out. A loop, because lists show hundreds: entries and back cost four
  // times as much.
  const view: Partial<Record<keyof SessionView, unknown>> = {};
  for (const name of fieldNames) {
    const value = fields[name];
    view[name] = value instanceof Date ? value.toISOString() : value;
  }
  return view as SessionView;
}

function nextTryAt(
  cause: FailureCause | null,
  stoppedAt: Date | null,
  attempt: number | null,
): string | null {
  if (cause !== 'passing' || !stoppedAt) return null;
  return new Date(stoppedAt.getTime() + restartDelayMs(attempt ?? 0)).toISOString();
}

/**
 * The placement by the log and the supervisor's notice. The log says who was given the session; only the notice says that
 * this collector is gone and no other can take it. A notice from before the latest assignment is obsolete.
 */
function placementView(
  row: SessionRow,
  notice: WaitingNotice | undefined,
  isWhole: boolean,
): PlacementView | null {
  if (row.placement_state === null) return null;
  if (notice && notice.session === row.session_id) {
    const isPlaced = row.placement_state === 'placed';
    const isLeftBehind = isPlaced && !(Date.parse(notice.since) >= (row.placement_since?.getTime() ?? 0));
    if (!isLeftBehind) {
      const isWithheld = notice.why === 'recovery_disabled' || row.placement_state === 'awaiting_recovery';
      return {
        state: isWithheld ? 'awaiting_recovery' : 'waiting',
        collector_id: null,
        epoch: null,
        since: isPlaced ? notice.since : (row.placement_since?.toISOString() ?? notice.since),
        detail: localize(shownWords(notice.detail, isWhole)),
      };
    }
  }
  return {
    state: row.placement_state,
    collector_id: row.collector_id,
    epoch: row.epoch,
    since: row.placement_since?.toISOString() ?? null,
    detail: placementText(row.placement_detail, isWhole),
  };
}

/**
 * The session by its lifecycle events alone, for when the read model cannot be asked: without the task's name, the
 * metadata, the placement and the warning.
 */
export function sessionViewFromLog(
  state: Exclude<SessionState, { status: 'never_started' }>,
  now: Date,
): SessionView {
  const isOver = 'stoppedAt' in state;
  const row = {
    ...startedRow(state.session, now),
    status: state.status,
    stopped_at: isOver ? new Date(state.stoppedAt) : null,
    ...(state.status === 'error' && {
      error_message: writtenWords(state.reason as Words),
      error_cause: state.cause,
      error_attempt: state.attempt,
    }),
    ...(state.status === 'stopped' && { stopped_by: state.by, stop_reason: state.reason }),
  };
  return sessionView({ ...row, task_name: '', is_latest: true, period_ms: null }, now);
}

/** Seconds between two times, never below zero: the writers' clocks may differ. */
function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, Math.round(to.getTime() - from.getTime()) / 1_000) || 0;
}
