import { askAgain } from './ask-again.ts';
import { isFinalAnswer } from './without-leader.ts';

/** Answers take milliseconds, and a busy broker must not be asked many times for each of thousands of sessions. */
const everyMs = 1_500;
const withinMsUnlessSaid = 5_000;

/**
 * Asks a question that a session's start waits for, and repeats it while there is no answer: a question that was on its
 * way when the connection broke, or a leader changed, never gets one, and its own time limit is longer than a period.
 * The question must be safe to repeat.
 * @throws the broker's refusal, or that there was no answer in time
 */
export function answeredSoon<T>(ask: () => Promise<T>, withinMs = withinMsUnlessSaid): Promise<T> {
  return askAgain(ask, { everyMs, withinMs, isFinal: isFinalAnswer });
}
