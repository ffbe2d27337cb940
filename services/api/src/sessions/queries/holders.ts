import type { RecordedEvent } from './recorded-events.ts';

/** One collector's time with a session. */
export interface Holder {
  /** 1 for the first of the session. */
  readonly nth: number;
  /** Sequence of its assignment. */
  readonly epoch: number;
  readonly collectorId: string;
  readonly reason: string;
  readonly fromMs: number;
  /** Undefined while the collector holds the session. */
  readonly toMs: number | undefined;
  /** Type of the event that ended this time. */
  readonly endedBy: string | undefined;
}

const ending = new Set([
  'session.assigned',
  'session.released',
  'session.paused',
  'session.stopped',
  'session.failed',
]);

/** Who held a session when, by its events in the order of the log. */
export function holdersOf(
  events: readonly Pick<RecordedEvent, 'event' | 'sequence' | 'timeMs'>[],
): readonly Holder[] {
  const holders: { -readonly [K in keyof Holder]: Holder[K] }[] = [];
  let isHeld = false;
  for (const { event, sequence, timeMs } of events) {
    const lastHolder = holders.at(-1);
    if (lastHolder && isHeld && ending.has(event.type)) {
      // Clocks of writers differ, but no session is released before it was assigned.
      lastHolder.toMs = Math.max(lastHolder.fromMs, timeMs);
      lastHolder.endedBy = event.type;
      isHeld = false;
    }
    if (event.type !== 'session.assigned') continue;
    const { collectorId, reason } = event;
    holders.push({
      ...{ nth: holders.length + 1, epoch: sequence, collectorId, reason },
      ...{ fromMs: timeMs, toMs: undefined, endedBy: undefined },
    });
    isHeld = true;
  }
  return holders;
}
