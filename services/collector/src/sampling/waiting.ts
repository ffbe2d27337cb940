import type { Sample } from '@holdfast/shared/contracts/sample.ts';
import type { SpoolPosition } from './spool.ts';
import type { Doubt } from './spool-feed.ts';

/** A sample that the broker has not confirmed. */
export interface Waiting {
  /** Rises with the time of `push`. */
  readonly order: number;
  /** Rises with the time at which it was first taken to be sent: what was taken earlier is older. */
  taken?: number;
  readonly sample: Sample;
  readonly isNotice?: true;
  /** Where it lies in the spool. */
  readonly position?: SpoolPosition;
  /** Set once it may have been stored without our knowing. */
  doubt?: Doubt;
}

/** The oldest first. */
export const byTaken = (a: Waiting, b: Waiting) => (a.taken ?? 0) - (b.taken ?? 0);
/** Whether it would be lost with the process. */
export const isOnlyInMemory = ({ position, isNotice }: Waiting) => !position && !isNotice;
