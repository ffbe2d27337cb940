import type { OutgoingSample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Doubt } from './doubt.ts';
import type { LostNotice } from './lost-ticks.ts';
import type { SpoolPosition } from './spool.ts';

/** Called once with whether a sample is safe: with the broker, or in the spool. */
export type Settled = (isSafe: boolean) => void;

/** A sample that the broker has not confirmed. */
export interface UnconfirmedSample {
  /** Rises with the time of `push`. */
  readonly order: number;
  /** Rises in the order in which samples are first taken to be sent: a lower one is older. */
  taken?: number;
  /** Replaced by a miss when the broker will never take the original. */
  sample: OutgoingSample;
  /** True for a notice of lost ticks. */
  readonly notice?: LostNotice;
  /** Place of the sample in the spool. */
  readonly position?: SpoolPosition;
  /** Set once the sample may have been stored without our knowing. */
  doubt?: Doubt;
  /** Called once the sample is with the broker or on disk, or is lost. */
  readonly settled?: Settled | undefined;
}

/** Sorts the oldest first. */
export const oldestFirst = (a: UnconfirmedSample, b: UnconfirmedSample) => (a.taken ?? 0) - (b.taken ?? 0);
/** Whether the sample would be lost with the process. */
export const isOnlyInMemory = ({ position, notice }: UnconfirmedSample) => !position && !notice;
