import { type Clock, type ClockMark, elapsedMs } from '@holdfast/shared/runtime/clock.ts';

/** It may have been stored without our knowing: at some time since, behind this sequence of the stream. */
export interface Doubt {
  readonly since: ClockMark;
  readonly afterSequence: number;
}

/** Half the stream's duplicate window: a message id that was stored up to so long ago is surely remembered. */
const repeatIsHarmlessMs = 60_000;

/** Whether the stream would still know it for a repeat, if it was stored. */
export function isRepeatHarmless({ since }: Doubt, clock: Clock): boolean {
  return elapsedMs(clock, since) < repeatIsHarmlessMs;
}

/** The spool's word on a record: how long before its reading, and behind which sequence, it may have been stored. */
export function doubtOf(
  { afterSequence, agoMs }: { readonly afterSequence: number; readonly agoMs: number },
  clock: Clock,
): Doubt {
  return {
    afterSequence,
    since: { wallMs: clock.wallMs() - agoMs, monotonicMs: clock.monotonicMs() - agoMs },
  };
}
