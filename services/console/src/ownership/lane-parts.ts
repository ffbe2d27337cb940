import type { OwnershipRow } from '@holdfast/shared/contracts/http/ownership-http.ts';
import { type Stretch, without } from '../strip/stretch.ts';

/**
 * Parts of a lane:
 * - `held`: the holder's samples are there
 * - `unseen`: the log says held, but there is no sample
 * - `paused`: nothing was due
 * - `nobody`, `failed`: the session has no holder now
 * - `unheld`: the session had no holder for a time
 * - `twice`: two holders have read the same ticks
 */
export interface LanePart {
  readonly kind: 'held' | 'unseen' | 'paused' | 'nobody' | 'failed' | 'unheld' | 'twice';
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
  readonly collector?: string;
  readonly epoch?: number;
}

export interface LaneTime {
  readonly from: number;
  readonly to: number;
  /** Whether its end is now. */
  readonly isLive: boolean;
}

/** The shortest hole that counts: samples are on their way for some seconds. */
const leastUnseenMs = 20_000;

/** A time in which the holder was unavailable and no other took the session. */
export interface Absence {
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Joins absences that overlap: devices of a session miss their ticks at different times. */
export function joinOverlaps(all: readonly Absence[]): Absence[] {
  const parts: Absence[] = [];
  for (const { from, to } of all.toSorted((one, other) => one.from - other.from)) {
    const last = parts.at(-1);
    if (last && from <= last.to) parts[parts.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else parts.push({ from, to });
  }
  return parts;
}

/** A session's lane, in order of drawing. */
export function laneParts(row: OwnershipRow, time: LaneTime, absences: readonly Absence[] = []): LanePart[] {
  const periodOf = periodsOf(row);
  /** The length from which silence between two times is a hole. */
  const unseenFrom = (from: number, to: number) => Math.max(leastUnseenMs, 2 * periodOf.longest(from, to));
  const parts: LanePart[] = [];
  for (const { state, from, to } of row.life) {
    const part = { from: Date.parse(from), to: Date.parse(to) };
    const isLast = part.to >= time.to;
    // A failure continues until a later run follows; anything else that has ended is over.
    const isFailed = state === 'over' && row.status === 'error' && row.is_latest;
    if (isFailed && time.isLive && isLast) parts.push({ kind: 'failed', ...part });
    else if (state === 'paused') parts.push({ kind: 'paused', ...part });
    else if (state === 'running') parts.push(...unheldIn(part, row, time));
  }
  const twice: LanePart[] = [];
  for (const span of row.spans) {
    const whole = {
      from: Math.max(time.from, Date.parse(span.from)),
      to: Math.min(time.to, span.to === null ? time.to : Date.parse(span.to)),
    };
    if (whole.from >= whole.to) continue;
    const who = { collector: span.collector_id, epoch: span.epoch };
    if (span.first_sample === null || span.last_sample === null) {
      const isShort = whole.to - whole.from <= unseenFrom(whole.from, whole.to) && span.to === null;
      parts.push({ kind: isShort ? 'held' : 'unseen', ...whole, ...who });
    } else {
      const first = Math.max(whole.from, Date.parse(span.first_sample));
      // The tick lasts for a period.
      const lastTick = Date.parse(span.last_sample);
      const last = Math.min(whole.to, lastTick + periodOf.at(lastTick));
      const [begin, end] = [
        first - whole.from > unseenFrom(whole.from, first) ? first : whole.from,
        whole.to - last > unseenFrom(last, whole.to) ? Math.max(last, first) : whole.to,
      ];
      if (begin > whole.from) parts.push({ kind: 'unseen', from: whole.from, to: begin, ...who });
      parts.push({ kind: 'held', from: begin, to: end, ...who });
      if (end < whole.to) parts.push({ kind: 'unseen', from: end, to: whole.to, ...who });
    }
    if (span.read_twice) {
      const [from, lastTick] = [Date.parse(span.read_twice.from), Date.parse(span.read_twice.to)];
      twice.push({ kind: 'twice', from, to: lastTick + periodOf.at(lastTick), ...who });
    }
  }
  const absentParts = absences.flatMap(({ from, to }): LanePart[] => {
    const part = { from: Math.max(time.from, from), to: Math.min(time.to, to) };
    return part.from < part.to ? [{ kind: 'unseen', ...part }] : [];
  });
  return [...parts, ...absentParts, ...twice];
}

/** The period of the task at a time, and its longest period between two times, or 0 if its configuration is lost. */
function periodsOf({ periods }: OwnershipRow) {
  const all = periods.map(({ from, period_ms: ms }) => ({
    from: from === null ? Number.NEGATIVE_INFINITY : Date.parse(from),
    ms,
  }));
  const at = (time: number) => (all.findLast(({ from }) => from <= time) ?? all[0])?.ms ?? 0;
  return {
    at,
    longest: (from: number, to: number) =>
      Math.max(at(from), ...all.filter((each) => each.from > from && each.from <= to).map(({ ms }) => ms)),
  };
}

/** Times within a run in which the session had no holder. */
function unheldIn(run: Stretch, { spans, status, is_latest }: OwnershipRow, time: LaneTime): LanePart[] {
  const heldTimes = spans.map(({ from, to }) => ({
    from: Date.parse(from),
    to: to === null ? time.to : Date.parse(to),
  }));
  return without([run], heldTimes)
    .filter(({ from, to }) => to - from > 1_000)
    .map((hole) => {
      const goesOn = time.isLive && hole.to >= time.to && status === 'running' && is_latest;
      return { kind: goesOn ? 'nobody' : 'unheld', ...hole };
    });
}
