import type { LeaseVerdict } from '@holdfast/shared/lease/lease-judge.ts';

/** What the supervisor knows of a collector. */
export interface Collector {
  readonly collectorId: string;
  readonly verdict: LeaseVerdict;
  /** How many sessions it may hold. */
  readonly capacity: number;
  readonly labels: Readonly<Record<string, string>>;
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
