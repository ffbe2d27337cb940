import type { TimeLimits } from './events.ts';
import type { SessionState } from './state.ts';

/** How long a session of a task may take, counted from its start; the time in which it is paused counts. */
export interface MaxDuration {
  /** After this, people are warned once. */
  readonly softSeconds?: number;
  /** After this, it is stopped. */
  readonly hardSeconds?: number;
}

/** The reason of a stop at the hard limit, and of the warning before it. */
export const timeLimitReason = 'time limit';

/** @param startedAt RFC 3339 */
export function timeLimitsOf(startedAt: string, { softSeconds, hardSeconds }: MaxDuration): TimeLimits {
  const after = (seconds: number) => new Date(Date.parse(startedAt) + seconds * 1_000).toISOString();
  return {
    ...(softSeconds === undefined ? {} : { softLimitAt: after(softSeconds) }),
    ...(hardSeconds === undefined ? {} : { hardLimitAt: after(hardSeconds) }),
  };
}

/** True if the hard limit has come, in which case nothing but a stop may follow. */
export function isPastHardLimit({ hardLimitAt }: TimeLimits, nowMs: number): boolean {
  return hardLimitAt !== undefined && nowMs >= Date.parse(hardLimitAt);
}

/**
 * The limits of a session that is not over. A session that failed for a passing cause is tried again, so its time goes
 * on too.
 */
export function timeLimitsOfActive(state: SessionState): TimeLimits | undefined {
  switch (state.status) {
    case 'running':
    case 'paused':
      return state.session;
    case 'error':
      return state.cause === 'passing' ? state.session : undefined;
    case 'stopped':
    case 'never_started':
      return undefined;
    default:
      return state satisfies never;
  }
}

/**
 * The limit that has come and is to be acted on. A session that is to be stopped no longer needs a warning.
 * @param isWarned whether this session was warned of before
 */
export function dueTimeLimit(
  state: SessionState,
  isWarned: boolean,
  nowMs: number,
): 'soft' | 'hard' | undefined {
  const limits = timeLimitsOfActive(state);
  if (!limits) return undefined;
  if (isPastHardLimit(limits, nowMs)) return 'hard';
  const { softLimitAt } = limits;
  return softLimitAt !== undefined && !isWarned && nowMs >= Date.parse(softLimitAt) ? 'soft' : undefined;
}

/**
 * @returns ms from now until the next limit comes; infinite when none does. Limits that have come already do not count.
 */
export function nextTimeLimitInMs(
  tasks: Iterable<{ readonly session: SessionState }>,
  nowMs: number,
): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { session } of tasks) {
    const limits = timeLimitsOfActive(session);
    for (const at of [limits?.softLimitAt, limits?.hardLimitAt]) {
      if (at === undefined) continue;
      const inMs = Date.parse(at) - nowMs;
      if (inMs > 0 && inMs < next) next = inMs;
    }
  }
  return next;
}
