import type { LackCause } from '@holdfast/shared/contracts/sample/lacking.ts';

/** The readings of a tick, reduced to which values there are. */
export interface ReadValues {
  readonly readCount: number;
  /** @param at place of the value among those of the device */
  isRead(at: number): boolean;
  /** Values that the device did not give, and why. */
  readonly lost?: readonly { readonly at: number; readonly cause: LackCause }[] | undefined;
}
