/** Times are ms since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * A session that was started, and what became of it, in ms after the answer; undefined: not while a client waited for it.
 */
export interface StartedSession {
  readonly startedAtMs: number;
  /** Until GET showed it `running`. */
  readonly shownAfterMs: number | undefined;
  /** Until its device was asked. */
  readonly readAfterMs: number | undefined;
}
