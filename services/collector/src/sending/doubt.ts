import { type Clock, type ClockMark, elapsedMs } from '@holdfast/shared/runtime/clock.ts';

/**
 * Says that a sample may have been stored without our knowing: at some time since `since`, after this sequence of the
 * stream.
 */
export interface Doubt {
  readonly since: ClockMark;
  readonly afterSequence: number;
}

/** Half the stream's duplicate window: the stream surely remembers a message id that was stored no longer ago. */
const repeatIsHarmlessMs = 60_000;

/** Whether the stream, if it has stored the message, would still recognise a repeat. */
export function isRepeatHarmless({ since }: Doubt, clock: Clock): boolean {
  return elapsedMs(clock, since) < repeatIsHarmlessMs;
}

/**
 * The doubt that the spool reports for a record: how long before its reading, and after which sequence, it may have
 * been stored.
 */
export function doubtOf(
  { afterSequence, agoMs }: { readonly afterSequence: number; readonly agoMs: number },
  clock: Clock,
): Doubt {
  return {
    afterSequence,
    since: { wallMs: clock.wallMs() - agoMs, monotonicMs: clock.monotonicMs() - agoMs },
  };
}
