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
  /** True when it drains but stays up: the sessions that it holds are to be moved to others. */
  readonly isToBeEmptied?: boolean | undefined;
  /** Trace of the request to empty it. */
  readonly emptiedBy?: string | undefined;
  /** The verdict before a supervisor took its lease; set once the lease is taken. */
  readonly fenced?: 'dead' | 'given_up' | undefined;
}

/** Collectors by id. */
export type Fleet = ReadonlyMap<string, Collector>;

/** Whether the collector may still be polling: its lease is neither over nor given up. */
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
 * Whether the collector can neither be polling under that epoch nor begin to. The end of its lease only proves that it
 * is not polling now: the next moment it may be back, and would find the log as it was.
 */
export function isFenced(collector: Collector | undefined, epoch: number): boolean {
  return collector !== undefined && collector.voidUpTo >= epoch;
}
