import type { History, Outage, Violation } from '../history.ts';
import {
  idleIntervals,
  legsOf,
  type SessionHistory,
  type Stored,
  sessionHistories,
} from '../session-histories.ts';
import type { Tolerances } from '../tolerances.ts';

/** Time beyond one period for taking the work up, or for going on with it when what was down is up again. */
const takeUpMs = 2_000;

/**
 * I4 on the beginning of an epoch: each device is polled for the first time at most one period and two seconds after the
 * session was assigned. The time starts over whenever the broker, the collector, the device or the supervisors are back.
 *
 * The first tick counts, not its answer: a device that is silent was polled all the same. A tick that began before the
 * poller did is read as well, so its time is never later than the poll.
 */
export function firstPolls(
  history: History,
  { clockMs, settleMs }: Pick<Tolerances, 'clockMs' | 'settleMs'>,
): Violation[] {
  const { outages } = history;
  if (!outages) return [];
  const first = firstTicksMs(history);
  const violations: Violation[] = [];
  for (const session of sessionHistories(history).values()) {
    for (const placement of session.placements) {
      if (placement.event.type !== 'session.assigned' || placement.storedAtMs < history.sinceMs) continue;
      const { collectorId, configVersion } = placement.event;
      const config = history.configs.get(`${session.taskId}/${configVersion}`);
      const endMs = Math.min(endOf(placement, session), history.readAtMs - settleMs);
      for (const { code, periodMs } of config?.devices ?? []) {
        const firstMs = first.get(`${session.sessionId}/${placement.sequence}/${code}`);
        const waited = longestClear(
          { fromMs: placement.storedAtMs, toMs: Math.min(endMs, firstMs ?? Number.POSITIVE_INFINITY) },
          outages.filter(({ of }) => isOf(of, collectorId, code)),
        );
        const waitMs = Math.max(periodMs, longestPeriodMs(history, session, code)) + takeUpMs + clockMs;
        if (waited.toMs - waited.fromMs <= waitMs) continue;
        const assigned = `assigned to ${collectorId} (${placement.sequence})`;
        const after = Math.round(waited.fromMs - placement.storedAtMs);
        const since = after > 0 ? `, of which nothing was down from ${after} ms on` : '';
        violations.push({
          invariant: 'I4',
          subject: `${session.sessionId}/${code}`,
          what:
            firstMs === undefined || firstMs > endMs
              ? `${assigned}, and not polled in the ${Math.round(endMs - placement.storedAtMs)} ms that it was${since}`
              : `${assigned}, but first polled ${Math.round(firstMs - placement.storedAtMs)} ms later${since}`,
        });
      }
    }
  }
  return violations;
}

/** The longest period that the device has in the session: the one at its placement may change, or not be in force yet. */
function longestPeriodMs({ configs }: History, session: SessionHistory, device: string): number {
  const periods = legsOf(session).flatMap(
    ({ configVersion }) =>
      configs.get(`${session.taskId}/${configVersion}`)?.devices.find(({ code }) => code === device)
        ?.periodMs ?? [],
  );
  return Math.max(0, ...periods);
}

function isOf(of: Outage['of'], collectorId: string, device: string): boolean {
  return of === 'broker' || of === 'supervisors' || of === collectorId || of === device;
}

/** By session, epoch and device, in ms since 1970. */
function firstTicksMs({ samples }: History): Map<string, number> {
  const first = new Map<string, number>();
  for (const { sample } of samples) {
    const { session, epoch, device, tick, since_tick: since = tick, period_ms: periodMs } = sample;
    const key = `${session}/${epoch}/${device}`;
    first.set(key, Math.min(first.get(key) ?? Number.POSITIVE_INFINITY, since * periodMs));
  }
  return first;
}

/** When another event ended the placement. */
function endOf(placement: Stored<unknown>, { placements, lifecycle }: SessionHistory): number {
  const next = placements.find(({ sequence }) => sequence > placement.sequence)?.storedAtMs;
  // A session can be over already when it is assigned: the stop came between the look at it and the placement.
  const idle = idleIntervals(lifecycle).find(({ toMs }) => toMs > placement.storedAtMs)?.fromMs;
  return Math.min(next ?? Number.POSITIVE_INFINITY, idle ?? Number.POSITIVE_INFINITY);
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The longest part of a span without any outage. */
function longestClear({ fromMs, toMs }: Span, outages: readonly Span[]): Span {
  let longest: Span = { fromMs, toMs: fromMs };
  let clearFromMs = fromMs;
  for (const outage of outages.toSorted((a, b) => a.fromMs - b.fromMs)) {
    longest = longer(longest, { fromMs: clearFromMs, toMs: Math.min(outage.fromMs, toMs) });
    clearFromMs = Math.max(clearFromMs, outage.toMs);
  }
  return longer(longest, { fromMs: clearFromMs, toMs });
}

function longer(one: Span, other: Span): Span {
  return other.toMs - other.fromMs > one.toMs - one.fromMs ? other : one;
}
