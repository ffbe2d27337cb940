import type { LeaseVerdict } from '@holdfast/shared/lease/lease-judge.ts';

/** A collector as the supervisor knows it. */
export interface Collector {
  readonly collectorId: string;
  readonly verdict: LeaseVerdict;
  /** How many sessions it may hold. */
  readonly capacity: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch up to which its sessions were taken from it for good. */
  readonly voidUpTo: number;
  /** It drains, but stays up: what it holds is to be moved to others. */
  readonly isToBeEmptied?: boolean | undefined;
  /** Trace of the request that asked for it. */
  readonly emptiedBy?: string | undefined;
  /** The verdict before a supervisor took its lease; set from then on. */
  readonly fenced?: 'dead' | 'given_up' | undefined;
}

/** Collectors by id. */
export type Fleet = ReadonlyMap<string, Collector>;

/** Whether it may still be polling: its lease is neither over nor given up. */
export function mayStillPoll(collector: Collector | undefined): boolean {
  if (!collector) return false;
  switch (collector.verdict) {
    case 'unproven':
    case 'alive':
    case 'draining':
      return true;
    case 'given_up':
    case 'dead':
      return false;
    default:
      return collector.verdict satisfies never;
  }
}

/**
 * Whether it can neither be polling under that epoch nor begin to. The end of its lease proves only the first: it
 * may be back the next moment, and would find the log as it was.
 */
export function isFenced(collector: Collector | undefined, epoch: number): boolean {
  return collector !== undefined && collector.voidUpTo >= epoch;
}
