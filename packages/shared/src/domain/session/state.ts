import type { FailureCause, FormerConfig, ReasonWords, SessionIdentity } from './events.ts';

/** The latest change of a session's configuration, while nothing has happened to the session since. */
export interface LatestChange {
  readonly from: FormerConfig;
  /** RFC 3339, UTC. */
  readonly effectiveAt: string;
  readonly undoUntil: string;
}

/** Where a task stands. `never_started` is the state of a task whose lifecycle has no event yet. */
export type SessionState = NeverStarted | RunningSession | PausedSession | StoppedSession | FailedSession;

export interface NeverStarted {
  readonly status: 'never_started';
}

export interface RunningSession {
  readonly status: 'running';
  readonly session: SessionIdentity;
  /** Sequence of the event that made it run: a placement older than this is over. */
  readonly runningSince: number;
  /** Number of the supervisor's try after a failure; left out when it is none. */
  readonly attempt?: number;
  readonly change?: LatestChange;
}

export interface PausedSession {
  readonly status: 'paused';
  readonly session: SessionIdentity;
}

export interface StoppedSession {
  readonly status: 'stopped';
  readonly session: SessionIdentity;
  readonly stoppedAt: string;
  readonly by: string;
  readonly reason: string;
}

export interface FailedSession {
  readonly status: 'error';
  readonly session: SessionIdentity;
  readonly stoppedAt: string;
  readonly reason: ReasonWords;
  readonly cause: FailureCause;
  /** Tries of the supervisor that came before this failure. */
  readonly attempt: number;
}

export type SessionStatus = Exclude<SessionState['status'], 'never_started'>;

export const neverStarted: NeverStarted = { status: 'never_started' };
