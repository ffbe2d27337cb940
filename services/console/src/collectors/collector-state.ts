import type { CollectorState, CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import type { Severity } from '../parts/mark.tsx';

const dayMs = 86_400_000;

/** Whether the collector is probably gone for good, so that it needs no attention. */
export function isGone({ state, state_since: since }: CollectorView, nowMs: number): boolean {
  return state === 'ended' || (state === 'lost' && !isLately(since, nowMs));
}

/** Undefined when no attention is needed. */
export function severityOf(collector: CollectorView, nowMs: number): Severity | undefined {
  const { state } = collector;
  if (state === 'silent') return 2;
  return state === 'lost' && !isGone(collector, nowMs) ? 2 : undefined;
}

function isLately(since: string | null, nowMs: number): boolean {
  return since !== null && nowMs - Date.parse(since) < dayMs;
}

export const signs = {
  active: 'running',
  silent: 'error',
  draining: 'paused',
  drained: 'paused',
  ended: 'stopped',
  lost: 'error',
} as const satisfies Record<CollectorState, string>;

/** How old a load may be to be shown. */
const toldWithinMs = 20_000;

export function loadNow({ load }: CollectorView, nowMs: number): CollectorView['load'] {
  return load && nowMs - Date.parse(load.reported_at) <= toldWithinMs ? load : null;
}

const lateFrom = 0.2;
const minuteMs = 60_000;
/** The fewest ticks in a minute to judge by: with fewer, a single late tick would count too much. */
const enoughTicks = 100;

/** Whether the collector is overloaded, judged by the late ticks of a whole minute, if there were enough. */
export function isLate(collector: CollectorView, nowMs: number): boolean {
  const load = loadNow(collector, nowMs);
  const upMs =
    load && collector.started_at ? Date.parse(load.reported_at) - Date.parse(collector.started_at) : 0;
  return (
    load !== null && load.late_share >= lateFrom && upMs >= minuteMs && load.ticks_per_s * 60 >= enoughTicks
  );
}
