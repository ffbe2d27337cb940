import type { AssignReason } from '../placement/events.ts';
import type { RunningInterval } from './schedule.ts';
import { normalise, type TickRange, type TickRanges, union, without } from './tick-ranges.ts';

/**
 * Why a scheduled tick has no sample. The first six were said by the collector or the writer, the rest follows
 * from the log:
 * - `waiting`: no collector held the session yet
 * - `failover`, `drain`, `rebalance`, `recovery`: lost while the session went to the holder that was assigned
 *   with that reason
 * - `restart`: the holder was away and came back under the same epoch
 * - `session_end`: scheduled right before the session was paused, stopped or failed
 * - `not_arrived`: nothing explains it yet; it may still be on its way
 */
export type GapCause =
  | 'timeout'
  | 'connection'
  | 'exception'
  | 'overrun'
  | 'buffer_full'
  | 'fenced'
  | 'waiting'
  | 'failover'
  | 'drain'
  | 'rebalance'
  | 'recovery'
  | 'restart'
  | 'session_end'
  | 'not_arrived';

export interface Gap extends TickRange {
  readonly cause: GapCause;
}

export interface TimedPlacement {
  /** ms since 1970 */
  readonly timeMs: number;
  readonly epoch: number;
  readonly reason: AssignReason;
}

/** What is recorded of one device of a session. */
export interface Coverage {
  /** Ticks whose values are in the database. */
  readonly stored: TickRanges;
  /** Ticks whose message lies in quarantine. */
  readonly quarantined: TickRanges;
  /** Ticks for which the collector or the writer said why there are no values. */
  readonly missed: ReadonlyMap<GapCause, TickRanges>;
}

export interface Accounting {
  readonly scheduled: TickRanges;
  readonly stored: TickRanges;
  readonly quarantined: TickRanges;
  /** In order of ticks; every scheduled tick that is neither stored nor quarantined is in exactly one. */
  readonly gaps: readonly Gap[];
  /** Recorded although it was not scheduled: read after the session ended, or before it began. */
  readonly unscheduled: TickRanges;
}

const saidByCollector = ['buffer_full', 'overrun', 'exception', 'timeout', 'connection', 'fenced'] as const;

/**
 * Accounts for every scheduled tick of one device: stored, else quarantined, else a gap with exactly one cause.
 * @param placements assignments of the session, oldest first
 */
export function attributeGaps(options: {
  scheduled: TickRanges;
  intervals: readonly RunningInterval[];
  placements: readonly TimedPlacement[];
  coverage: Coverage;
  periodMs: number;
  nowMs: number;
}): Accounting {
  const { scheduled, intervals, placements, coverage, periodMs } = options;
  const stored = coverage.stored;
  const quarantined = without(coverage.quarantined, stored);
  let open = without(without(scheduled, stored), quarantined);
  const gaps: Gap[] = [];
  let recorded = union(stored, quarantined);
  for (const cause of saidByCollector) {
    const said = coverage.missed.get(cause);
    if (!said) continue;
    recorded = union(recorded, said);
    const left = without(open, said);
    gaps.push(...without(open, left).map((range) => ({ ...range, cause })));
    open = left;
  }
  for (const range of splitAt(open, boundaries(intervals, placements, periodMs))) {
    gaps.push({ ...range, cause: causeFromLog(range, recorded, options) });
  }
  gaps.sort((a, b) => a.from - b.from);
  return { scheduled, stored, quarantined, gaps: mergeGaps(gaps), unscheduled: without(recorded, scheduled) };
}

function causeFromLog(
  { from, to }: TickRange,
  recorded: TickRanges,
  {
    intervals,
    placements,
    periodMs,
    nowMs,
  }: {
    intervals: readonly RunningInterval[];
    placements: readonly TimedPlacement[];
    periodMs: number;
    nowMs: number;
  },
): GapCause {
  const endMs = (to + 1) * periodMs;
  const interval = intervals.find(
    ({ fromMs, toMs }) => fromMs < endMs && (toMs === undefined || toMs > from * periodMs),
  );
  const isInInterval = ({ timeMs }: TimedPlacement) =>
    interval !== undefined && timeMs >= interval.fromMs && timeMs <= (interval.toMs ?? nowMs);
  const inInterval = placements.filter(isInInterval);
  const before = inInterval.findLast(({ timeMs }) => timeMs <= from * periodMs);
  const after = inInterval.find(({ timeMs }) => timeMs > from * periodMs);
  const isFollowedByRecord = recorded.some(
    (range) => range.to > to && startsInside(range, interval, periodMs, nowMs),
  );
  if (!before) {
    if (!after || after.reason === 'start' || after.reason === 'resume') return 'waiting';
    return after.reason;
  }
  if (isFollowedByRecord || after) {
    // The hole may begin under one holder and end under the next; the hand-over explains both halves.
    const holeEndsUnder = firstRecordedAfter(recorded, to);
    const handOver = inInterval.findLast(
      ({ timeMs }) =>
        timeMs > lastRecordedBefore(recorded, from) * periodMs && timeMs <= (holeEndsUnder + 1) * periodMs,
    );
    const reason = handOver?.reason;
    if (reason && reason !== 'start' && reason !== 'resume') return reason;
    if (reason) return 'waiting';
    if (isFollowedByRecord) return 'restart';
  }
  if (interval?.toMs !== undefined && interval.toMs <= endMs + periodMs) return 'session_end';
  return 'not_arrived';
}

function startsInside(
  range: TickRange,
  interval: RunningInterval | undefined,
  periodMs: number,
  nowMs: number,
): boolean {
  return interval !== undefined && range.from * periodMs < (interval.toMs ?? nowMs);
}

function lastRecordedBefore(recorded: TickRanges, tick: number): number {
  return recorded.findLast(({ to }) => to < tick)?.to ?? Number.NEGATIVE_INFINITY;
}

function firstRecordedAfter(recorded: TickRanges, tick: number): number {
  return recorded.find(({ from }) => from > tick)?.from ?? Number.POSITIVE_INFINITY;
}

/** Ticks at which the explanation may change. */
function boundaries(
  intervals: readonly RunningInterval[],
  placements: readonly TimedPlacement[],
  periodMs: number,
): number[] {
  const times = [...intervals.map(({ fromMs }) => fromMs), ...placements.map(({ timeMs }) => timeMs)];
  return times.map((timeMs) => Math.floor(timeMs / periodMs)).sort((a, b) => a - b);
}

function splitAt(ranges: TickRanges, ticks: readonly number[]): TickRange[] {
  const pieces: TickRange[] = [];
  for (const { from, to } of ranges) {
    let start = from;
    for (const tick of ticks) {
      if (tick <= start || tick > to) continue;
      pieces.push({ from: start, to: tick - 1 });
      start = tick;
    }
    pieces.push({ from: start, to });
  }
  return pieces;
}

function mergeGaps(gaps: readonly Gap[]): Gap[] {
  const byCause = new Map<GapCause, TickRange[]>();
  for (const { cause, from, to } of gaps) byCause.set(cause, [...(byCause.get(cause) ?? []), { from, to }]);
  return [...byCause]
    .flatMap(([cause, ranges]) => normalise(ranges).map((range) => ({ ...range, cause })))
    .sort((a, b) => a.from - b.from);
}
