import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { DeviceStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceChanges } from '../device-queries.ts';

/** For how long a device was in one state, in ms since 1970. */
export interface HealthSpan {
  readonly session: string;
  readonly status: DeviceStatus;
  readonly from: number;
  readonly to: number;
  /** It is in this state now. */
  readonly isNow: boolean;
  /** As the change said that began it. */
  readonly detail: string;
}

export interface HealthLane {
  /** Id of the task: its sessions follow each other in one lane. */
  readonly task: string;
  /** Oldest first. */
  readonly spans: readonly HealthSpan[];
}

type Known = Pick<SessionView, 'id' | 'status' | 'stopped_at'>;

/**
 * The states of a device by the task that has it read. A state lasts until the next change, or until its session is over; what was
 * before the first change that is on record nobody knows.
 * @param changes newest first
 * @param sessions those of the changes that are still known
 */
export function healthLanes(
  changes: DeviceChanges,
  sessions: readonly Known[],
  { from, to }: { readonly from: number; readonly to: number },
): HealthLane[] {
  const known = new Map(sessions.map((session) => [session.id, session]));
  const lanes = new Map<string, HealthSpan[]>();
  const nexts = new Map<string, DeviceChanges[number]>();
  for (const change of changes) {
    const { session_id: session, to: status, detail } = change;
    const task = taskOf(session);
    const next = nexts.get(task);
    nexts.set(task, change);
    const over = endOf(known.get(session), to);
    const end = Math.min(over ?? to, next ? Date.parse(next.time) : to);
    const start = Math.max(from, Date.parse(change.time));
    if (end <= start) continue;
    const isNow = !next && over === undefined && known.get(session)?.status === 'running';
    const spans = lanes.get(task) ?? [];
    lanes.set(task, spans);
    const later = spans.at(-1);
    // The same state goes on over a change of its holder.
    if (later && later.session === session && later.status === status && later.from === end)
      spans[spans.length - 1] = { ...later, from: start, detail };
    else spans.push({ session, status, from: start, to: end, isNow, detail });
  }
  return [...lanes]
    .map(([task, spans]) => ({ task, spans: spans.reverse() }))
    .sort((one, other) => one.task.localeCompare(other.task, 'en', { numeric: true }));
}

/** Undefined while it goes on; of a session that nobody knows any more nothing is told but its changes. */
function endOf(session: Known | undefined, now: number): number | undefined {
  if (session === undefined) return undefined;
  return session.stopped_at === null ? undefined : Math.min(now, Date.parse(session.stopped_at));
}

function taskOf(session: string): string {
  return session.slice(0, session.lastIndexOf('-'));
}

export interface Availability {
  /** ms in which its state is known. */
  readonly known: number;
  /** ms of them in which it gave its values. */
  readonly answering: number;
  readonly outages: number;
  readonly longest: number;
}

export function availabilityOf(spans: readonly HealthSpan[]): Availability {
  let [known, answering, longest, outages, outage] = [0, 0, 0, 0, 0];
  let end = Number.NaN;
  for (const span of spans) {
    const length = span.to - span.from;
    known += length;
    if (isAnswering(span.status)) {
      answering += length;
      outage = 0;
    } else {
      // One outage, however it went on: a device that is reset is first silent, then refuses.
      if (outage === 0 || span.from !== end) {
        outages += 1;
        outage = 0;
      }
      outage += length;
      longest = Math.max(longest, outage);
    }
    end = span.to;
  }
  return { known, answering, outages, longest };
}

export function isAnswering(status: DeviceStatus): boolean {
  return status === 'healthy' || status === 'slow';
}
