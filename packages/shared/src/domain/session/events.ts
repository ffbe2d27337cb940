/** Demands of a session on its collector. */
export interface SessionNeeds {
  /** Labels that a collector must have with exactly these values, e.g. `{ site: 'hall-1' }`. */
  readonly labels: Readonly<Record<string, string>>;
  /** For each protocol whose driver the collector must have: the code of a device that speaks it. */
  readonly drivers?: Readonly<Record<string, string>>;
  /** `host:port` of the endpoints that the session reads; sessions that share one stay on one collector. */
  readonly endpoints: readonly string[];
}

/**
 * How long a session may take, as moments, RFC 3339 in UTC. They are in each of the session's events, so that readers
 * need not count.
 */
export interface TimeLimits {
  readonly softLimitAt?: string;
  readonly hardLimitAt?: string;
}

export interface SessionIdentity extends TimeLimits {
  /** `<taskId>-<run>`, see {@link sessionIdOf}. */
  readonly sessionId: string;
  readonly taskId: string;
  readonly taskCode: string;
  /** Version of the configuration snapshot that the session runs on. */
  readonly configVersion: number;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  /** Demands on its collector; left out when any will do. */
  readonly needs?: SessionNeeds;
}

export interface SessionStarted extends SessionIdentity {
  readonly type: 'session.started';
  readonly by: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface SessionPaused extends SessionIdentity {
  readonly type: 'session.paused';
  readonly by: string;
  readonly reason: string;
}

export interface SessionResumed extends SessionIdentity {
  readonly type: 'session.resumed';
  readonly by: string;
  /**
   * `resume` ends a pause; `recover` asks for a new placement of a session that runs without one, or takes up
   * one that failed; `restart` is the supervisor's own try after a failure that may pass.
   */
  readonly reason: 'resume' | 'recover' | 'restart';
  /** Counts the supervisor's tries in a row; left out unless this is one. */
  readonly attempt?: number;
}

export interface SessionStopped extends SessionIdentity {
  readonly type: 'session.stopped';
  readonly by: string;
  readonly reason: string;
}

/** A message for people: a text by its code, shown in their language, or words that a person wrote. */
export type ReasonWords =
  | string
  | { readonly code: string; readonly params?: Readonly<Record<string, unknown>> | undefined };

/** `passing`: it may work later by itself. `permanent`: a change is needed first. */
export type FailureCause = 'passing' | 'permanent';

export interface SessionFailed extends SessionIdentity {
  readonly type: 'session.failed';
  readonly by: string;
  readonly reason: ReasonWords;
  /** `permanent` when it is left out. */
  readonly cause?: FailureCause;
  /** How many tries of the supervisor had been made before, or 0 if it is left out. */
  readonly attempt?: number;
}

/** The configuration that a session ran on before a change of its configuration. */
export interface FormerConfig {
  readonly configVersion: number;
  readonly needs?: SessionNeeds;
}

/** The devices that a change of configuration touches, by code. */
export interface ConfigChange {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Some of them. */
  readonly codes: readonly string[];
}

/**
 * The session continues with another configuration from a moment on: its identity has the new one. It ends no placement
 * and no running time. It is on the lifecycle subject: a reader that skipped it would read devices by the wrong
 * configuration.
 */
export interface SessionReconfigured extends SessionIdentity {
  readonly type: 'session.reconfigured';
  readonly by: string;
  readonly reason: ReasonWords;
  /** `rolled_back`: its holder could not run it, and the supervisor went back. */
  readonly cause: 'requested' | 'rolled_back';
  readonly status: 'running' | 'paused';
  /**
   * Sequence of the event that made it run; left out for a paused session. With it, this event alone says where the task
   * stands.
   */
  readonly runningSince?: number;
  /** As in the event that made it run. */
  readonly attempt?: number;
  readonly from: FormerConfig;
  /** RFC 3339, UTC: a tick belongs to the new configuration when it is scheduled then or later. */
  readonly effectiveAt: string;
  /** Until then the supervisor goes back when the holder cannot run it. */
  readonly undoUntil: string;
  readonly change: ConfigChange;
}

/**
 * The events of a session. Every event names the whole session that it belongs to, so that the last
 * event of a task's lifecycle alone says where the task stands: a command or a collector reads one message,
 * however old the log is.
 */
export type SessionEvent =
  | SessionStarted
  | SessionPaused
  | SessionResumed
  | SessionReconfigured
  | SessionStopped
  | SessionFailed;

/**
 * The session has run past its soft time limit; written once for a session, by the supervisor, on a subject of its own:
 * it changes nothing, and a reader that only knows the lifecycle need not know it.
 */
export interface SessionWarned {
  readonly type: 'session.warned';
  readonly sessionId: string;
  readonly taskId: string;
  readonly by: string;
  readonly reason: string;
  /** The limit that has come, RFC 3339 in UTC. */
  readonly softLimitAt: string;
}

/** An event together with its place in the log. */
export interface Recorded<E> {
  readonly event: E;
  /** Stream sequence in SESSIONS. */
  readonly sequence: number;
  /** RFC 3339, UTC. */
  readonly time: string;
}
