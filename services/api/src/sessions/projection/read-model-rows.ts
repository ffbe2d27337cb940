import type { FailureCause } from '@holdfast/shared/domain/session/events.ts';
import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';

/** A session as the read model keeps it: what SESSIONS says about it up to one sequence, and nothing else. */
export interface SessionRow {
  readonly session_id: string;
  readonly task_id: number;
  readonly task_code: string;
  readonly status: SessionStatus;
  readonly started_at: Date;
  readonly stopped_at: Date | null;
  readonly config_version: number;
  readonly metadata: Record<string, unknown>;
  readonly error_message: string | null;
  /** Null unless the status is `error`. */
  readonly error_cause: FailureCause | null;
  /** Number of the supervisor's tries before the failure. */
  readonly error_attempt: number | null;
  /** Time limits of the session; null for none. */
  readonly soft_limit_at: Date | null;
  readonly hard_limit_at: Date | null;
  /** When the warning came that the soft limit had passed. */
  readonly warned_at: Date | null;
  /** Null unless the status is `stopped`. */
  readonly stopped_by: string | null;
  readonly stop_reason: string | null;
  readonly collector_id: string | null;
  readonly epoch: number | null;
  /** Null for a session that does not run. */
  readonly placement_state: 'placed' | 'waiting' | 'awaiting_recovery' | null;
  readonly placement_since: Date | null;
  readonly placement_detail: string;
  readonly first_sequence: number;
  readonly last_sequence: number;
}

export interface SessionEventRow {
  readonly sequence: number;
  readonly session_id: string | null;
  readonly task_id: number | null;
  readonly type: string;
  readonly time: Date | null;
  readonly event_id: string | null;
  readonly source: string | null;
  /** Null when the data could not be stored. */
  readonly data: unknown;
  /** Why this release cannot read the event, null when it can. */
  readonly problem: string | null;
}
