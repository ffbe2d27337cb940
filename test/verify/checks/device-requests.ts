import type { DeviceRequest, History, Violation } from '../history.ts';
import { idleIntervals, legsOf, type SessionHistory, sessionHistories } from '../session-histories.ts';
import type { Tolerances } from '../tolerances.ts';

/**
 * I4 and I6 as the devices saw it, where each device belongs to one task. A holder that loses the right to poll destroys
 * its connection, so once a newer connection has asked, an older one never asks again; and no collector asks while no session
 * of the task is running. Where the device could see who asked, it was always the collector that had been given a
 * session of the task last.
 */
export function deviceRequests(
  history: History,
  { plantMs, stopMs }: Pick<Tolerances, 'plantMs' | 'stopMs'>,
): Violation[] {
  if (!history.requests) return [];
  const byDevice = new Map<string, DeviceRequest[]>();
  for (const request of history.requests) {
    const group = byDevice.get(request.device);
    if (group) group.push(request);
    else byDevice.set(request.device, [request]);
  }
  const byTask = Map.groupBy(sessionHistories(history).values(), ({ taskId }) => taskId);
  const violations: Violation[] = [];
  for (const [device, requests] of byDevice) {
    const problem = twoAtATime(requests, plantMs);
    if (problem) violations.push({ invariant: 'I6', subject: device, what: problem });
    const sessions = [...byTask].find(([, runs]) => runs.some((run) => readsDevice(history, run, device)));
    const late = sessions && whileNothingRuns(requests, sessions[1], stopMs);
    if (late) violations.push({ invariant: 'I4', subject: device, what: late });
    const stranger = sessions && byAnother(requests, sessions[1], plantMs);
    if (stranger) violations.push({ invariant: 'I6', subject: device, what: stranger });
  }
  return violations;
}

function readsDevice({ configs }: History, session: SessionHistory, device: string): boolean {
  return legsOf(session).some(({ configVersion }) =>
    configs.get(`${session.taskId}/${configVersion}`)?.devices.some(({ code }) => code === device),
  );
}

function twoAtATime(requests: readonly DeviceRequest[], plantMs: number): string | undefined {
  let newest: DeviceRequest | undefined;
  for (const request of requests) {
    if (!newest || request.connectionId > newest.connectionId) {
      newest = request;
      continue;
    }
    const lateMs = request.atMs - newest.atMs;
    if (request.connectionId === newest.connectionId || lateMs <= plantMs) continue;
    return `connection ${request.connectionId} asked ${lateMs} ms after connection ${newest.connectionId} had taken over, at ${new Date(request.atMs).toISOString()}`;
  }
  return undefined;
}

/** The log is asked as it was `plantMs` ago: a collector that has just got the task may have asked already. */
function byAnother(
  requests: readonly DeviceRequest[],
  runs: readonly SessionHistory[],
  plantMs: number,
): string | undefined {
  const grants = runs
    .flatMap(({ placements }) => placements)
    .flatMap(({ event, sequence, storedAtMs }) =>
      event.type === 'session.assigned' ? [{ sequence, storedAtMs, to: event.collectorId }] : [],
    )
    .toSorted((a, b) => a.sequence - b.sequence);
  for (const { atMs, collector } of requests) {
    if (collector === undefined) continue;
    const before = grants.findLastIndex(({ storedAtMs }) => storedAtMs <= atMs - plantMs);
    const holders = grants
      .slice(Math.max(before, 0))
      .filter(({ storedAtMs }) => storedAtMs <= atMs + plantMs);
    if (holders.some(({ to }) => to === collector)) continue;
    const holder = holders[0];
    const whose = holder
      ? `which ${holder.to} had been given ${Math.round(atMs - holder.storedAtMs)} ms before (sequence ${holder.sequence})`
      : 'which nobody had been given';
    return `${collector} asked at ${new Date(atMs).toISOString()} for a task ${whose}`;
  }
  return undefined;
}

function whileNothingRuns(
  requests: readonly DeviceRequest[],
  runs: readonly SessionHistory[],
  stopMs: number,
): string | undefined {
  const lifecycle = runs.flatMap((run) => run.lifecycle).toSorted((a, b) => a.sequence - b.sequence);
  const idle = idleIntervals(lifecycle);
  for (const { atMs } of requests) {
    const interval = idle.find(({ fromMs, toMs }) => atMs > fromMs + stopMs && atMs < toMs);
    if (!interval) continue;
    return `was asked ${Math.round(atMs - interval.fromMs)} ms after ${interval.type} (sequence ${interval.sequence}), while no session ran`;
  }
  return undefined;
}
