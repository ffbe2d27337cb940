import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { attributeGaps, type GapCause } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import {
  runningIntervals,
  scheduledTicks,
  type TimedSessionEvent,
} from '@holdfast/shared/domain/gaps/schedule.ts';
import { fromTicks, normalise } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { type TimedPlacementEvent, timedPlacements } from '@holdfast/shared/domain/gaps/timed-placements.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { loadPeriodMs } from '../fleet/loaded-collector.ts';
import type { DeviceInStream } from './samples-in-stream.ts';

/** Ticks without values, by cause, as the API would report them; up to the last tick in which all devices were read. */
export async function gapsByCause(
  nc: NatsConnection,
  devices: readonly DeviceInStream[],
): Promise<Partial<Record<GapCause, number>>> {
  const lifecycles = new Map<string, TimedSessionEvent[]>();
  const placements = new Map<string, TimedPlacementEvent[]>();
  for await (const { data, sequence } of readStream(nc, streamNames.sessions)) {
    const decoded = decodeSessionEvent(JSON.parse(data));
    if (decoded.kind === 'unreadable') continue;
    const timeMs = Date.parse(decoded.metadata.time);
    const { sessionId } = decoded.event;
    if (decoded.kind === 'lifecycle') {
      append(lifecycles, sessionId, { event: decoded.event, timeMs, sequence });
    } else if (decoded.kind === 'placement') {
      append(placements, sessionId, { event: decoded.event, timeMs, sequence });
    }
  }
  const lastTick = Math.min(...devices.map(({ readTicks }) => readTicks.at(-1) ?? 0));
  const nowMs = (lastTick + 1) * loadPeriodMs;
  const gaps: Partial<Record<GapCause, number>> = {};
  for (const { session, readTicks, missed } of devices) {
    const intervals = runningIntervals(lifecycles.get(session) ?? []);
    const account = attributeGaps({
      scheduled: scheduledTicks(intervals, loadPeriodMs, nowMs),
      intervals,
      placements: timedPlacements(placements.get(session) ?? []),
      coverage: {
        stored: fromTicks(readTicks),
        quarantined: [],
        missed: new Map([...missed].map(([cause, ranges]) => [cause, normalise(ranges)])),
        sent: [],
        confirmed: [],
      },
      periodMs: loadPeriodMs,
      nowMs,
      settledMs: nowMs,
    });
    for (const { cause, from, to } of account.gaps) gaps[cause] = (gaps[cause] ?? 0) + to - from + 1;
  }
  return gaps;
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
