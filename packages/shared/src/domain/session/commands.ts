import type { ConfigChange, FailureCause, ReasonWords, SessionNeeds } from './events.ts';
import type { MaxDuration } from './time-limits.ts';

/** Commands that a person, a script or the supervisor may give to a session. Time comes with the command. */
export type SessionCommand =
  | StartSession
  | PauseSession
  | ResumeSession
  | RecoverSession
  | RestartSession
  | ReconfigureSession
  | UndoReconfiguration
  | StopSession
  | FailSession;

export interface StartSession {
  readonly type: 'StartSession';
  readonly taskId: string;
  readonly taskCode: string;
  readonly configVersion: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly needs?: SessionNeeds;
  readonly maxDuration?: MaxDuration;
  readonly by: string;
  /** RFC 3339, UTC. */
  readonly now: string;
}

interface OnSession {
  readonly sessionId: string;
  readonly by: string;
}

export interface PauseSession extends OnSession {
  readonly type: 'PauseSession';
  readonly reason: string;
}

export interface ResumeSession extends OnSession {
  readonly type: 'ResumeSession';
}

/** Asks for a new placement of a session that runs without one, or takes up the task's last session if it failed. */
export interface RecoverSession extends OnSession {
  readonly type: 'RecoverSession';
  /** True if the session has a current placement; then there is nothing to recover. */
  readonly placed: boolean;
  /** RFC 3339, UTC. */
  readonly now: string;
}

/** The supervisor's own try at a session that failed for a passing cause. */
export interface RestartSession extends OnSession {
  readonly type: 'RestartSession';
  readonly attempt: number;
}

/** Asks for another version of the task's configuration, for a session that continues. */
export interface ReconfigureSession extends OnSession {
  readonly type: 'ReconfigureSession';
  readonly reason: string;
  /** The version from which the change was worked out: the command is refused when the session has another one by now. */
  readonly fromVersion: number;
  readonly configVersion: number;
  readonly needs?: SessionNeeds;
  readonly change: ConfigChange;
  /** RFC 3339, UTC: the later of two clocks, the caller's and the holder's. */
  readonly now: string;
}

/** Given by the supervisor only, when the holder cannot run the configuration that the session was changed to. */
export interface UndoReconfiguration extends OnSession {
  readonly type: 'UndoReconfiguration';
  readonly reason: ReasonWords;
  /** The version that cannot be run. */
  readonly configVersion: number;
  /** RFC 3339, UTC. */
  readonly now: string;
}

export interface StopSession extends OnSession {
  readonly type: 'StopSession';
  readonly reason: string;
}

/** Given by the supervisor only, when a session cannot go on. */
export interface FailSession extends OnSession {
  readonly type: 'FailSession';
  readonly reason: ReasonWords;
  readonly cause: FailureCause;
}
