import type { Outage } from './outage-log.ts';
import { pause, systemTimers } from './timers.ts';

export interface RetryOptions {
  /** Aborted: the attempt in progress gets `finishWithinMs`, and no further one is made. */
  readonly signal: AbortSignal;
  readonly isTemporary: (error: unknown) => boolean;
  /** Notified of temporary failures and of success. */
  readonly outage?: Outage;
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
  readonly finishWithinMs?: number;
  /** Time for which the other side asks to be left alone after this failure. Honoured up to a minute. */
  readonly askedPauseMs?: (error: unknown) => number | undefined;
}

/** No such request holds samples up for longer; a server that means it asks again. */
export const longestRetryAfterMs = 60_000;

/** The service stops; what was attempted has not been confirmed. */
export class StoppedWhileTrying extends Error {
  override readonly name = 'StoppedWhileTrying';
}

/**
 * Tries for ever, with pauses that double up to a limit and are drawn at random below that (many writers must not return
 * to a reviving database in step).
 * @throws StoppedWhileTrying, and at once whatever is not temporary
 */
export async function untilItWorks<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, isTemporary, firstPauseMs = 100, longestPauseMs = 5_000, finishWithinMs = 5_000 } = options;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    if (signal.aborted) throw new StoppedWhileTrying('stopped');
    let askedMs = 0;
    try {
      const result = await endingSoonAfterAbort(attempt(), signal, finishWithinMs);
      options.outage?.worked();
      return result;
    } catch (error) {
      if (!isTemporary(error)) throw error;
      options.outage?.failed(error);
      askedMs = Math.min(options.askedPauseMs?.(error) ?? 0, longestRetryAfterMs);
    }
    await pause(systemTimers, askedMs + pauseMs * (0.5 + Math.random() / 2), signal);
  }
}

async function endingSoonAfterAbort<T>(
  attempt: Promise<T>,
  signal: AbortSignal,
  withinMs: number,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let startTimer = () => {};
  const tooLate = new Promise<never>((_, reject) => {
    startTimer = () => {
      timer = setTimeout(() => reject(new StoppedWhileTrying('stopped before the answer came')), withinMs);
    };
  });
  signal.addEventListener('abort', startTimer, { once: true });
  try {
    return await Promise.race([attempt, tooLate]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', startTimer);
    // The attempt that lost the race may still fail; its result is no longer needed.
    attempt.catch(() => undefined);
  }
}
