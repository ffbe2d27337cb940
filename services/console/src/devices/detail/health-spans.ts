import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { DeviceStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import { without } from '../../strip/stretch.ts';
import type { DeviceChanges, DeviceGap } from '../device-queries.ts';

/** A time, in ms since 1970, in which a device was in one state, or was not read. */
export interface HealthSpan {
  readonly session: string;
  /** `unread`: the device was not asked; `unknown`: no report of it has arrived, so the last one says nothing either. */
  readonly status: DeviceStatus | 'unread' | 'unknown';
  readonly from: number;
  readonly to: number;
  /** Whether the device is in this state now. */
  readonly isNow: boolean;
  /** Detail in the change that began the state. */
  readonly detail: string;
  /** Why the device was not read, or nothing is known. */
  readonly cause?: GapCause;
}

export interface HealthLane {
  /** Id of the task: its sessions follow each other in one lane. */
  readonly task: string;
  /** Oldest first. */
  readonly spans: readonly HealthSpan[];
}

type SessionLife = Pick<SessionView, 'id' | 'status' | 'stopped_at'>;

/**
 * The states of a device by the task that reads it. A state lasts until the next change, until the device is not read, or
 * until its session is over; before the first recorded change nothing is known.
 * @param changes newest first
 * @param gaps gaps with the causes in `unheardCauses`
 * @param sessions sessions of the changes, as far as they still exist
 */
export function healthLanes(
  { changes, gaps }: { readonly changes: DeviceChanges; readonly gaps: readonly DeviceGap[] },
  sessions: readonly SessionLife[],
  { from, to }: { readonly from: number; readonly to: number },
): HealthLane[] {
  const sessionsById = new Map(sessions.map((session) => [session.id, session]));
  const lanes = new Map<string, HealthSpan[]>();
  const nexts = new Map<string, DeviceChanges[number]>();
  for (const change of changes) {
    const { session_id: session, to: status, detail } = change;
    const task = taskOf(session);
    const next = nexts.get(task);
    nexts.set(task, change);
    const over = endOf(sessionsById.get(session), to);
    const end = Math.min(over ?? to, next ? Date.parse(next.time) : to);
    const start = Math.max(from, Date.parse(change.time));
    if (end <= start) continue;
    const isNow = !next && over === undefined && sessionsById.get(session)?.status === 'running';
    const spans = lanes.get(task) ?? [];
    lanes.set(task, spans);
    const nextSpan = spans.at(-1);
    // The same state continues across a change of holder.
    if (nextSpan && nextSpan.session === session && nextSpan.status === status && nextSpan.from === end)
      spans[spans.length - 1] = { ...nextSpan, from: start, detail };
    else spans.push({ session, status, from: start, to: end, isNow, detail });
  }
  const unheardByTask = Map.groupBy(
    gaps.flatMap((gap) => unheardSpan(gap, changes, { from, to })),
    ({ session }) => taskOf(session),
  );
  return [...new Set([...lanes.keys(), ...unheardByTask.keys()])]
    .map((task) => ({
      task,
      spans: insertUnheardSpans((lanes.get(task) ?? []).reverse(), unheardByTask.get(task) ?? []),
    }))
    .sort((one, other) => one.task.localeCompare(other.task, 'en', { numeric: true }));
}

/** The span of a gap. One that continues lasts until the next report of the device. */
function unheardSpan(
  { session_id: session, cause, start_time, end_time, goesOn }: DeviceGap,
  changes: DeviceChanges,
  { from, to }: { readonly from: number; readonly to: number },
): HealthSpan[] {
  const startMs = Date.parse(start_time);
  const next = goesOn
    ? changes.findLast((change) => change.session_id === session && Date.parse(change.time) > startMs)
    : undefined;
  const isNow = goesOn && next === undefined;
  const endMs = next ? Date.parse(next.time) : isNow ? to : Date.parse(end_time);
  const span = { from: Math.max(from, startMs), to: Math.min(to, endMs) };
  const status = cause === 'not_arrived' ? 'unknown' : 'unread';
  return span.to > span.from ? [{ session, status, ...span, isNow, detail: '', cause }] : [];
}

/** Puts the unheard spans in: the last state from before gives way to them. */
function insertUnheardSpans(spans: readonly HealthSpan[], unheardSpans: readonly HealthSpan[]): HealthSpan[] {
  const heardSpans = spans.flatMap((span) =>
    without([span], unheardSpans).map((part) => ({ ...part, isNow: span.isNow && part.to === span.to })),
  );
  return [...heardSpans, ...unheardSpans].sort((one, other) => one.from - other.from);
}

/** When the session ended, or undefined while it continues. A deleted session has left nothing but its changes. */
function endOf(session: SessionLife | undefined, now: number): number | undefined {
  if (session === undefined) return undefined;
  return session.stopped_at === null ? undefined : Math.min(now, Date.parse(session.stopped_at));
}

function taskOf(session: string): string {
  return session.slice(0, session.lastIndexOf('-'));
}

export interface Availability {
  /** Time in ms in which the state is known. */
  readonly knownMs: number;
  /** Part of that time in ms in which the device gave its values. */
  readonly answeringMs: number;
  readonly outages: number;
  readonly longestMs: number;
}

export function availabilityOf(spans: readonly HealthSpan[]): Availability {
  let [knownMs, answeringMs, longestMs, outages, outage] = [0, 0, 0, 0, 0];
  let end = Number.NaN;
  for (const span of spans) {
    if (span.status === 'unknown') continue;
    const length = span.to - span.from;
    knownMs += length;
    if (isAnswering(span.status)) {
      answeringMs += length;
      outage = 0;
    } else {
      // Failures in a row are one outage: a device that is reset is first silent, then refuses.
      if (outage === 0 || span.from !== end) {
        outages += 1;
        outage = 0;
      }
      outage += length;
      longestMs = Math.max(longestMs, outage);
    }
    end = span.to;
  }
  return { knownMs, answeringMs, outages, longestMs };
}

export function isAnswering(status: HealthSpan['status']): boolean {
  return status === 'healthy' || status === 'slow';
}
