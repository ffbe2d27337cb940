import { askAgain } from './ask-again.ts';
import type { BrokerAnswers, QuestionKind } from './broker-answers.ts';
import { isFinalAnswer } from './without-leader.ts';

/**
 * Over a quick link: answers take milliseconds there, and a busy broker must not be asked many times for each of
 * thousands of sessions.
 */
const everyMs = 1_500;
const withinMsUnlessSaid = 5_000;

/**
 * Asks a question that a session's start waits for, and repeats it while there is no answer: a question that was on its
 * way when the connection broke, or a leader changed, never gets one, and its own time limit is longer than a period.
 * Over a slow link it waits longer. The question must be safe to repeat.
 * @throws the broker's refusal, or that there was no answer in time
 */
export function answeredSoon<T>(
  answers: BrokerAnswers,
  kind: QuestionKind,
  ask: () => Promise<T>,
  withinMs = withinMsUnlessSaid + 2 * answers.slownessMs(kind),
): Promise<T> {
  return askAgain(() => answers.timed(kind, ask), {
    ...{ everyMs: everyMs + answers.slownessMs(kind), withinMs, isFinal: isFinalAnswer },
  });
}
