import type { SessionEvent } from '../session/events.ts';
import { normalise, type TickRange, type TickRanges } from './tick-ranges.ts';

/** From when to when a session was running, in ms since 1970; `toMs` is undefined while it still runs. */
export interface RunningInterval {
  readonly fromMs: number;
  readonly toMs: number | undefined;
  /** Sequences of the events that began and ended it, where they are known. */
  readonly fromSequence?: number | undefined;
  readonly toSequence?: number | undefined;
}

export interface TimedSessionEvent {
  readonly event: Pick<SessionEvent, 'type'>;
  /** ms since 1970 */
  readonly timeMs: number;
  readonly sequence?: number | undefined;
}

/** The intervals of one session from its lifecycle events, oldest first. */
export function runningIntervals(events: Iterable<TimedSessionEvent>): RunningInterval[] {
  const intervals: { -readonly [K in keyof RunningInterval]: RunningInterval[K] }[] = [];
  for (const { event, timeMs, sequence } of events) {
    const open = intervals.at(-1);
    const isOpen = open !== undefined && open.toMs === undefined;
    switch (event.type) {
      case 'session.started':
      case 'session.resumed':
        if (!isOpen) intervals.push({ fromMs: timeMs, toMs: undefined, fromSequence: sequence });
        break;
      case 'session.reconfigured':
        break;
      case 'session.paused':
      case 'session.stopped':
      case 'session.failed':
        if (isOpen) {
          // The clocks of two writers may differ; an interval does not end before it began.
          open.toMs = Math.max(open.fromMs, timeMs);
          open.toSequence = sequence;
        }
        break;
      default:
        event.type satisfies never;
    }
  }
  return intervals;
}

/**
 * The ticks that are due in the intervals, up to `nowMs`: the tick under way when an interval begins counts, so
 * that an hourly task is read when it is started, and so does every tick scheduled before the interval's end.
 */
export function scheduledTicks(
  intervals: readonly RunningInterval[],
  periodMs: number,
  nowMs: number,
): TickRanges {
  return normalise(
    intervals.map(({ fromMs, toMs }): TickRange => {
      const endMs = Math.min(toMs ?? nowMs, nowMs);
      return { from: Math.floor(fromMs / periodMs), to: Math.ceil(endMs / periodMs) - 1 };
    }),
  );
}
