import { pause, systemTimers } from '../../runtime/timers.ts';

export interface AskAgainOptions {
  /** How long one question is waited for before the next one goes out next to it. */
  readonly everyMs: number;
  readonly withinMs: number;
  /** Whether an error settles the matter: the same question would be refused again. */
  readonly isFinal: (error: unknown) => boolean;
}

/**
 * Asks, and sends the same question again while there is no answer: a question that reaches no leader gets none, and its
 * own time limit would end long after there is a leader. The first answer to any of them counts.
 * @throws the final error, or, when the time is up, the last one
 */
export async function askAgain<T>(ask: () => Promise<T>, options: AskAgainOptions): Promise<T> {
  const { everyMs, withinMs, isFinal } = options;
  const giveUpAt = performance.now() + withinMs;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const settled = new AbortController();
  let lastError: unknown;
  promise.then(
    () => settled.abort(),
    () => settled.abort(),
  );
  for (;;) {
    ask().then(resolve, (error: unknown) => {
      lastError = error;
      if (isFinal(error)) reject(error);
    });
    const leftMs = giveUpAt - performance.now();
    await pause(systemTimers, Math.max(0, Math.min(everyMs, leftMs)), settled.signal);
    if (settled.signal.aborted) return promise;
    if (giveUpAt <= performance.now()) {
      reject(lastError ?? new NoAnswerInTime(`no answer within ${withinMs} ms`));
      return promise;
    }
  }
}

export class NoAnswerInTime extends Error {
  override readonly name = 'NoAnswerInTime';
}
