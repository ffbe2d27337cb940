import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import { shortType } from '../../words/short-type.ts';

/** A time in which one collector held the session, under one epoch. */
export interface HolderSpan {
  readonly collector: string;
  /** Counts the holders of the session from its first. */
  readonly number: number;
  readonly epoch: number;
  readonly reason: string;
  readonly from: number;
  readonly to: number;
}

/** Ends what was held before: who is assigned next, and whatever takes a session from its collector. */
const ending = new Set([
  'session.assigned',
  'session.unassigned',
  'session.paused',
  'session.stopped',
  'session.failed',
]);

/** Who held a session from `from` to `to` (ms), by its events in their order. */
export function holderSpans(events: readonly SessionEventView[], from: number, to: number): HolderSpan[] {
  const spans: HolderSpan[] = [];
  let open: HolderSpan | undefined;
  let number = 0;
  for (const { type, time, sequence, data } of events) {
    if (time === null || !ending.has(shortType(type))) continue;
    const at = Date.parse(time);
    if (open) spans.push({ ...open, to: at });
    open = undefined;
    if (shortType(type) !== 'session.assigned') continue;
    number += 1;
    const { collector_id: collector = '', reason = '' } = (data ?? {}) as {
      collector_id?: string;
      reason?: string;
    };
    open = { collector, reason, number, epoch: sequence, from: at, to };
  }
  if (open) spans.push(open);
  return spans
    .filter((span) => span.to > from && span.from < to)
    .map((span) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }));
}
