import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import type { Buckets } from '../accounting/ribbon.ts';
import { coarsened, type Span, within } from './coarsened.ts';

/** The part of an event that determines its place in the lanes. */
export interface LaneEvent {
  readonly sequence: number;
  /** The event type without `session.` */
  readonly type: string;
  readonly timeMs: number;
  readonly by: string | null;
  readonly reason: string | null;
  readonly collectorId: string | null;
  readonly isAbnormal: boolean;
}

type Life = Timeline['life'][number];
type Holder = Timeline['holders'][number];
type Timed<T extends { from: string; to: string }> = Omit<T, 'from' | 'to'> & Span;

const states: Readonly<Record<string, Life['state']>> = {
  started: 'running',
  resumed: 'running',
  paused: 'paused',
  failed: 'failed',
  stopped: 'stopped',
};
/** Events that end the time of a holder. */
const ending = new Set(['assigned', 'released', 'paused', 'stopped', 'failed']);

/** The states of a session, from its events, oldest first. */
export function lifeLane(events: readonly LaneEvent[], { fromMs, toMs, bucketMs }: Buckets): Life[] {
  const spans: Timed<Life>[] = [];
  for (const { type, timeMs, by, reason } of events) {
    const state = states[type];
    if (state === undefined) continue;
    const before = spans.at(-1);
    // The recovery of a running session does not change its state.
    if (before?.state === state) continue;
    if (before) spans[spans.length - 1] = { ...before, toMs: Math.max(before.fromMs, timeMs) };
    spans.push({ state, by, reason, joined: 1, fromMs: timeMs, toMs });
  }
  return laneOf(within(spans, { fromMs, toMs }), bucketMs);
}

/** Who held the session, from the same events. @param before how many holders there were before the first event */
export function holderLane(
  events: readonly LaneEvent[],
  { fromMs, toMs, bucketMs }: Buckets,
  before = 0,
): Holder[] {
  const spans: Timed<Holder>[] = [];
  let number = before;
  let isOpen = false;
  for (const { type, timeMs, sequence, collectorId, reason } of events) {
    if (!ending.has(type)) continue;
    const last = spans.at(-1);
    if (isOpen && last) spans[spans.length - 1] = { ...last, toMs: Math.max(last.fromMs, timeMs) };
    isOpen = type === 'assigned';
    if (!isOpen) continue;
    number += 1;
    spans.push({
      ...{ collector_id: collectorId ?? '', epoch: sequence, number, reason: reason ?? '' },
      ...{ joined: 1, fromMs: timeMs, toMs },
    });
  }
  return laneOf(within(spans, { fromMs, toMs }), bucketMs);
}

/** The number of events in each bucket. */
export function eventCounts(
  events: readonly Pick<LaneEvent, 'timeMs' | 'isAbnormal'>[],
  { fromMs, toMs, bucketMs }: Buckets,
): Timeline['events'] {
  const counts = new Map<number, { bucket: number; count: number; abnormal: number }>();
  for (const { timeMs, isAbnormal } of events) {
    if (timeMs < fromMs || timeMs >= toMs) continue;
    const bucket = Math.floor((timeMs - fromMs) / bucketMs);
    const { count, abnormal } = counts.get(bucket) ?? { count: 0, abnormal: 0 };
    counts.set(bucket, { bucket, count: count + 1, abnormal: abnormal + (isAbnormal ? 1 : 0) });
  }
  return [...counts.values()].sort((one, other) => one.bucket - other.bucket);
}

function laneOf<S extends Span & { readonly joined: number }>(
  spans: readonly S[],
  leastMs: number,
): (Omit<S, keyof Span> & { from: string; to: string })[] {
  const join = (one: S, next: S): S => ({ ...next, fromMs: one.fromMs, joined: one.joined + next.joined });
  return coarsened(spans, leastMs, join).map(({ fromMs, toMs, ...rest }) => ({
    ...rest,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
  }));
}
