import type { AssignReason } from '../placement/events.ts';
import type { GapCause } from './gap-causes.ts';
import type { RunningInterval } from './schedule.ts';
import { firstRangeAfter, lowerBound, type TickRange, type TickRanges } from './tick-ranges.ts';
import type { TimedPlacement } from './timed-placements.ts';

/** The log and the book of ticks, as far as they concern one device of a session. */
export interface DeviceEvidence {
  readonly intervals: readonly RunningInterval[];
  /** Assignments of the session, oldest first. */
  readonly placements: readonly TimedPlacement[];
  /** The ticks in which the device was to be read. */
  readonly scheduled: TickRanges;
  /** Every tick for which something was recorded. */
  readonly recorded: TickRanges;
  /** See `Coverage`. */
  readonly sourceKept?: TickRanges | undefined;
  readonly periodMs: number;
  /** End of the time looked at; it may be in the past. */
  readonly nowMs: number;
  /** See the function of that name. */
  readonly settledMs: number;
  /** When changes of the session's configuration came into force, oldest first. */
  readonly changes?: readonly ChangeInForce[] | undefined;
  /** Its ticks of other lengths, where a change has given it another period. */
  readonly others?: readonly TicksOfLength[] | undefined;
}

/** The ticks of one length that a device was to be read in, and those for which something was recorded. */
export type TicksOfLength = Pick<DeviceEvidence, 'periodMs' | 'scheduled' | 'recorded' | 'sourceKept'>;

export interface ChangeInForce {
  /** ms since 1970 */
  readonly timeMs: number;
  /** Sequence of the event. */
  readonly event?: number | undefined;
}

export interface CausedTicks extends TickRange {
  readonly cause: GapCause;
  /** Sequence of the event that the cause follows from. */
  readonly event?: number | undefined;
}

/** Time before a change in which the holder was to hear of it. */
const noticeMs = 10_000;

type Cause = Pick<CausedTicks, 'cause' | 'event'>;

/** Causes of ticks in which no collector listened, up to the next record of the session. */
const unheard: ReadonlySet<GapCause> = new Set([
  'waiting',
  'failover',
  'drain',
  'rebalance',
  'recovery',
  'restart',
]);

/** Time before a session's end in which its last ticks may be lost to the ending itself, whatever their period. */
const endingMs = 2_000;
/** Longest time until a session that was taken for balance gets another collector, unless there is none, or no broker. */
const moveMs = 5_000;

/** Gives each tick of `open`, for which nothing was recorded, the cause that follows from who held the session when. */
export function causesFromLog(open: TickRanges, device: DeviceEvidence): CausedTicks[] {
  const { intervals, periodMs, nowMs, settledMs, changes = [] } = device;
  const held = intervals.map((interval) => ({
    ...interval,
    // A look at the past knows what came afterwards.
    endMs: interval.toMs ?? Math.max(nowMs, settledMs),
    placements: placementsIn(interval, device),
  }));
  const ticksOfChange = held
    .flatMap(({ fromMs, toMs, placements }) => [
      Math.floor(fromMs / periodMs),
      ...placements.flatMap(({ timeMs, releasedMs }) => [
        Math.floor(timeMs / periodMs),
        ...(releasedMs === undefined ? [] : [firstTickOfEnding(releasedMs, periodMs)]),
      ]),
      ...(toMs === undefined ? [] : [firstTickOfEnding(toMs, periodMs)]),
    ])
    .concat(changes.map(({ timeMs }) => Math.ceil(timeMs / periodMs)))
    .sort((a, b) => a - b);
  return splitAt(open, ticksOfChange).map((range) => {
    const interval = held.find(({ fromMs, endMs }) => {
      return fromMs < (range.to + 1) * periodMs && endMs > range.from * periodMs;
    });
    const leftMs = changes.length === 0 ? undefined : leftAfter(range, open, device);
    const cause: Cause = interval
      ? causeIn(interval, range, { ...device, leftMs })
      : { cause: 'not_arrived' };
    const isLate = unheard.has(cause.cause) && wasKept(range, device);
    return { ...range, ...cause, ...(isLate && { cause: 'delivered_late' as const }) };
  });
}

/** Whether the device's next sender has begun with what its source had kept for it. */
function wasKept(range: TickRange, device: DeviceEvidence): boolean {
  const { periodMs, others = [] } = device;
  const lengths: readonly Pick<TicksOfLength, 'periodMs' | 'sourceKept'>[] = [device, ...others];
  if (!lengths.some(({ sourceKept = [] }) => sourceKept.length > 0)) return false;
  const afterMs = recordsAround(range, device).after.timeMs;
  return lengths.some(({ periodMs: length, sourceKept = [] }) => {
    const next = sourceKept[firstRangeAfter(sourceKept, Math.floor((range.to * periodMs) / length))];
    return next !== undefined && next.from * length <= afterMs;
  });
}

interface HeldInterval extends RunningInterval {
  readonly endMs: number;
  readonly placements: readonly TimedPlacement[];
}

/** When a change took the device out of the session, if all ticks from this range up to the change are open. */
function leftAfter(
  { from }: TickRange,
  open: TickRanges,
  { changes = [], others = [], periodMs, nowMs }: DeviceEvidence,
): number | undefined {
  const end = open[firstRangeAfter(open, from - 1)]?.to ?? from;
  const change = changes.find(({ timeMs }) => timeMs < nowMs && Math.ceil(timeMs / periodMs) === end + 1);
  // The device is read on, in ticks of another length.
  const goesOn = others.some(({ periodMs: length, scheduled }) => {
    const first = Math.ceil((change?.timeMs ?? 0) / length);
    return rangeWith(scheduled, first) !== undefined;
  });
  return goesOn ? undefined : change?.timeMs;
}

/** Whether the device was to be read right before a change, in ticks of whatever length. */
function wasDueBefore(changeMs: number, { scheduled, periodMs, others = [] }: DeviceEvidence): boolean {
  return [{ scheduled, periodMs }, ...others].some(
    (ticks) => rangeWith(ticks.scheduled, Math.ceil(changeMs / ticks.periodMs) - 1) !== undefined,
  );
}

function rangeWith(ranges: TickRanges, tick: number): TickRange | undefined {
  const range = ranges[firstRangeAfter(ranges, tick) - 1];
  return range && tick <= range.to ? range : undefined;
}

interface KnownOfRange extends DeviceEvidence {
  readonly leftMs: number | undefined;
}

function causeIn(interval: HeldInterval, { from, to }: TickRange, context: KnownOfRange): Cause {
  const { periodMs, changes = [], leftMs } = context;
  const { placements, fromSequence, toSequence } = interval;
  const began = fromSequence === undefined ? {} : { event: fromSequence };
  const ended = toSequence === undefined ? {} : { event: toSequence };
  const next = firstAfter(placements, from * periodMs);
  const isHeld = next === undefined ? placements.length > 0 : next > 0;
  if (!isHeld) {
    const placement = next === undefined ? undefined : placements[next];
    return placement === undefined || isBeginning(placement.reason)
      ? { cause: 'waiting', ...began }
      : { cause: placement.reason, event: placement.epoch };
  }
  const { before, after } = recordsAround({ from, to }, context);
  const [beforeMs, afterMs] = [before.timeMs, after.timeMs];
  const inForce = changes.filter(({ timeMs }) => timeMs <= from * periodMs && timeMs > interval.fromMs);
  // When a change has brought the device, nothing is before that, and nothing is to be explained there. Later changes
  // may have come before anybody has read the device.
  const broughtBy =
    beforeMs === Number.NEGATIVE_INFINITY
      ? inForce.findLast(({ timeMs }) => !wasDueBefore(timeMs, context))
      : undefined;
  const change = broughtBy ?? inForce.at(-1);
  const isNew = broughtBy !== undefined;
  const holeBeginsMs = broughtBy ? broughtBy.timeMs - noticeMs : beforeMs;
  const isFollowed = afterMs < interval.endMs;
  // A record of another length is from before the pause if no change has come since.
  const isFormer = before.periodMs !== periodMs && beforeMs < interval.fromMs && change === undefined;
  // The device was never read, and will not be.
  const isTakenBack = isNew && leftMs !== undefined && !isFollowed;
  if (isFollowed || isTakenBack || next !== undefined) {
    // The hole may begin under one holder and end under the next; the hand-over explains both halves.
    const holeEndsMs = isFollowed
      ? afterMs + after.periodMs
      : isTakenBack
        ? leftMs
        : Number.POSITIVE_INFINITY;
    const handOver = placements.findLast(({ timeMs, reason, releasedMs }) => {
      // A move explains nothing from before it: its session was read until then, or was missing for another cause.
      if (releasedMs !== undefined && from < firstTickOfEnding(releasedMs, periodMs)) return false;
      // The first holder's own record in the tick of its assignment shows that it had begun.
      const beginsMs = isBeginning(reason) && !isFormer ? holeBeginsMs + before.periodMs : holeBeginsMs;
      return timeMs > beginsMs && timeMs <= holeEndsMs;
    });
    if (handOver) {
      const { reason, epoch, releasedMs = handOver.timeMs } = handOver;
      const isLeftAlone = handOver.timeMs - releasedMs > moveMs && to * periodMs < handOver.timeMs;
      if (isBeginning(reason)) return { cause: 'waiting', ...began };
      return { cause: isLeftAlone ? 'waiting' : reason, event: epoch };
    }
    const isUnheard =
      change !== undefined && (isNew || readOnAfter(change.timeMs, { before, after }, context));
    if ((isFollowed || isTakenBack) && isUnheard) {
      return { cause: 'reconfiguration', ...(change.event === undefined ? {} : { event: change.event }) };
    }
    if (isFollowed) return { cause: 'restart' };
  }
  if (interval.toMs === undefined) return { cause: 'not_arrived' };
  const isEnding = from >= firstTickOfEnding(interval.toMs, periodMs);
  return { cause: isEnding ? 'session_end' : 'holder_lost', ...ended };
}

/** A tick for which something was recorded: its scheduled time, infinite if there is no such tick, and its length. */
interface TimedRecord {
  readonly timeMs: number;
  readonly periodMs: number;
}

interface RecordsAround {
  readonly before: TimedRecord;
  readonly after: TimedRecord;
}

/**
 * Whether the device was read up to a change, and afterwards in ticks of the former length by a holder that had not
 * heard of the change: then such ticks are on record, or too long to be there. Without a change of length, a holder that
 * reads on leaves no hole.
 */
function readOnAfter(
  changeMs: number,
  { before, after }: RecordsAround,
  { periodMs, others = [] }: DeviceEvidence,
): boolean {
  const { timeMs, periodMs: length } = before;
  if (length === periodMs || timeMs >= changeMs || timeMs + length < changeMs) return false;
  const first = Math.ceil(changeMs / length);
  const recorded = others.find((other) => other.periodMs === length)?.recorded ?? [];
  return first * length >= after.timeMs || rangeWith(recorded, first) !== undefined;
}

/** The last record before some ticks and the first one after them, of whatever length. */
function recordsAround(
  { from, to }: TickRange,
  { recorded, periodMs, others = [] }: DeviceEvidence,
): RecordsAround {
  const next = firstRangeAfter(recorded, to);
  let before = { timeMs: (recorded[next - 1]?.to ?? Number.NEGATIVE_INFINITY) * periodMs, periodMs };
  let after = { timeMs: (recorded[next]?.from ?? Number.POSITIVE_INFINITY) * periodMs, periodMs };
  for (const { periodMs: length, recorded: ranges } of others) {
    const lastBefore = Math.ceil((from * periodMs) / length) - 1;
    const earlier = ranges[firstRangeAfter(ranges, lastBefore) - 1];
    const earlierMs = earlier ? Math.min(earlier.to, lastBefore) * length : Number.NEGATIVE_INFINITY;
    if (earlierMs > before.timeMs) before = { timeMs: earlierMs, periodMs: length };
    const firstAfter = Math.floor((to * periodMs) / length) + 1;
    const later = rangeWith(ranges, firstAfter) ?? ranges[firstRangeAfter(ranges, firstAfter)];
    const laterMs = later ? Math.max(later.from, firstAfter) * length : Number.POSITIVE_INFINITY;
    if (laterMs < after.timeMs) after = { timeMs: laterMs, periodMs: length };
  }
  return { before, after };
}

function isBeginning(reason: AssignReason): reason is 'start' | 'resume' {
  return reason === 'start' || reason === 'resume';
}

/**
 * The assignments that belong to an interval, by their place in the log where that is known: the clocks of those who
 * assign and of those who start may differ. Their times are kept in order and within the interval.
 */
function placementsIn(
  interval: RunningInterval,
  { placements, nowMs }: Pick<DeviceEvidence, 'placements' | 'nowMs'>,
): TimedPlacement[] {
  const { fromMs, toMs, fromSequence, toSequence } = interval;
  const endMs = toMs ?? Number.POSITIVE_INFINITY;
  let earliestMs = fromMs;
  return placements.flatMap((placement) => {
    const belongs =
      fromSequence === undefined
        ? placement.timeMs >= fromMs && placement.timeMs <= (toMs ?? nowMs)
        : placement.epoch > fromSequence && placement.epoch < (toSequence ?? Number.POSITIVE_INFINITY);
    if (!belongs) return [];
    earliestMs = Math.min(Math.max(earliestMs, placement.timeMs), endMs);
    return [{ ...placement, timeMs: earliestMs }];
  });
}

/** The last two ticks of an interval, or those of its last seconds if these are more. */
function firstTickOfEnding(toMs: number, periodMs: number): number {
  return Math.floor((toMs - Math.max(endingMs, periodMs)) / periodMs);
}

function splitAt(ranges: TickRanges, ticks: readonly number[]): TickRange[] {
  const pieces: TickRange[] = [];
  let index = 0;
  for (const { from, to } of ranges) {
    let start = from;
    while (index < ticks.length && (ticks[index] as number) <= start) index += 1;
    for (; index < ticks.length && (ticks[index] as number) <= to; index += 1) {
      const tick = ticks[index] as number;
      if (tick <= start) continue;
      pieces.push({ from: start, to: tick - 1 });
      start = tick;
    }
    pieces.push({ from: start, to });
  }
  return pieces;
}

/** Index of the first placement later than `timeMs`. */
function firstAfter(placements: readonly TimedPlacement[], timeMs: number): number | undefined {
  const index = lowerBound(placements.length, (at) => (placements[at] as TimedPlacement).timeMs > timeMs);
  return index < placements.length ? index : undefined;
}
