import type { LackCause } from '@holdfast/shared/contracts/sample/lacking.ts';

/** The readings of a tick, as far as it counts whether there are any. */
export interface ReadValues {
  readonly readCount: number;
  /** @param at place of the value among those of the device */
  isRead(at: number): boolean;
  /** Values that were not given, and why. */
  readonly lost?: readonly { readonly at: number; readonly cause: LackCause }[] | undefined;
}
