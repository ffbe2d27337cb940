/**
 * What can happen to a session. Every event names the whole session that it belongs to, so that the last
 * event of a task's lifecycle alone says where the task stands: a command or a collector reads one message,
 * however old the log is.
 */
export interface SessionIdentity {
  /** `<taskId>-<run>`, see {@link sessionIdOf}. */
  readonly sessionId: string;
  readonly taskId: string;
  readonly taskCode: string;
  /** Version of the configuration snapshot that the session runs on. */
  readonly configVersion: number;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
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
  /** `resume` ends a pause; `recover` asks for a new placement of a session that runs without one. */
  readonly reason: 'resume' | 'recover';
}

export interface SessionStopped extends SessionIdentity {
  readonly type: 'session.stopped';
  readonly by: string;
  readonly reason: string;
}

export interface SessionFailed extends SessionIdentity {
  readonly type: 'session.failed';
  readonly by: string;
  readonly reason: string;
}

export type SessionEvent = SessionStarted | SessionPaused | SessionResumed | SessionStopped | SessionFailed;
export type SessionEventType = SessionEvent['type'];

/** An event together with its place in the log. */
export interface Recorded<E> {
  readonly event: E;
  /** Stream sequence in SESSIONS. */
  readonly sequence: number;
  /** RFC 3339, UTC. */
  readonly time: string;
}
