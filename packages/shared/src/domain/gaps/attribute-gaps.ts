import { type CausedTicks, type ChangeInForce, causesFromLog, type TicksOfLength } from './cause-from-log.ts';
import type { GapCause } from './gap-causes.ts';
import { lostAfterSending } from './lost-after-sending.ts';
import type { RunningInterval } from './schedule.ts';
import { intersection, normalise, type TickRange, type TickRanges, union, without } from './tick-ranges.ts';
import type { TimedPlacement } from './timed-placements.ts';

export type { GapCause } from './gap-causes.ts';
export { settledMs } from './lost-after-sending.ts';

export interface Gap extends TickRange {
  readonly cause: GapCause;
  /**
   * Sequences of the events of the session that the cause follows from, oldest first, or none if the cause was said, or
   * nothing explains it.
   */
  readonly events: readonly number[];
}

/** Everything that is recorded about one device of a session. */
export interface Coverage {
  /** Ticks whose values are in the database. */
  readonly stored: TickRanges;
  /** Ticks whose message is in quarantine. */
  readonly quarantined: TickRanges;
  /** Ticks for which the collector or the writer said why there are no values. */
  readonly missed: ReadonlyMap<GapCause, TickRanges>;
  /**
   * Ticks for which a collector has sent something, whether or not anything else is on record for them. Each range
   * begins with its sender's first tick of the device, or earlier; it does not always have what the same sender sent
   * after its end.
   */
  readonly sent: TickRanges;
  /**
   * Ticks for each of which the broker had something, as reported by the sender or its successor, and put on record when
   * none of it could be in SAMPLES any more. Says nothing about what the same sender sent after a range.
   */
  readonly confirmed: TickRanges;
  /** Ticks with which a sender has begun whose source had kept earlier values. */
  readonly sourceKept?: TickRanges | undefined;
}

export interface Accounting {
  readonly scheduled: TickRanges;
  readonly stored: TickRanges;
  readonly quarantined: TickRanges;
  /** In order of ticks; every scheduled tick that is neither stored nor quarantined is in exactly one. */
  readonly gaps: readonly Gap[];
  /** Ticks that were recorded although not scheduled: read after the session ended, or before it began. */
  readonly unscheduled: TickRanges;
}

/** Where a tick was given several causes, the first of these counts. */
const causePrecedence = [
  ...(['too_large', 'buffer_full', 'overrun', 'exception', 'timeout', 'connection'] as const),
  ...(['lease_lost', 'fenced'] as const),
] as const;

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
  /** See `DeviceEvidence`. */
  changes?: readonly ChangeInForce[] | undefined;
  /** See `DeviceEvidence`. */
  others?: readonly TicksOfLength[] | undefined;
  /** End of the time looked at; it may be in the past. */
  nowMs: number;
  /** See the function of that name. */
  settledMs: number;
}): Accounting {
  const { scheduled, coverage } = options;
  const stored = coverage.stored;
  const quarantined = without(coverage.quarantined, stored);
  let open = without(without(scheduled, stored), quarantined);
  const gaps: CausedTicks[] = [];
  let recorded = union(stored, quarantined);
  for (const cause of causePrecedence) {
    const ticks = coverage.missed.get(cause);
    if (!ticks) continue;
    recorded = union(recorded, ticks);
    const remaining = without(open, ticks);
    gaps.push(...without(open, remaining).map((range) => ({ ...range, cause })));
    open = remaining;
  }
  const { sent, confirmed } = coverage;
  const dropped = intersection(open, confirmed);
  gaps.push(...dropped.map((range) => ({ ...range, cause: 'buffer_full' as const })));
  open = without(open, dropped);
  const lost = lostAfterSending(open, { ...options, recorded, sent, confirmed });
  gaps.push(...lost);
  // A sender held the session while it sent, even if nothing of that is left.
  const logOptions = { ...options, recorded: union(recorded, confirmed), sourceKept: coverage.sourceKept };
  gaps.push(...causesFromLog(without(open, normalise(lost)), logOptions));
  return { scheduled, stored, quarantined, gaps: mergeGaps(gaps), unscheduled: without(recorded, scheduled) };
}

function mergeGaps(pieces: readonly CausedTicks[]): Gap[] {
  const byCause = Map.groupBy(pieces, ({ cause }) => cause);
  return [...byCause]
    .flatMap(([cause, ranges]) => {
      const explained = ranges.filter((piece) => piece.event !== undefined).sort((a, b) => a.from - b.from);
      let next = 0;
      return normalise(ranges).map((range) => {
        const events = new Set<number>();
        for (; (explained[next]?.from ?? Number.POSITIVE_INFINITY) <= range.to; next += 1) {
          events.add(explained[next]?.event as number);
        }
        return { ...range, cause, events: [...events] };
      });
    })
    .sort((a, b) => a.from - b.from);
}
