import { setImmediate as othersFirst } from 'node:timers/promises';
import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import { attributeGaps, type Coverage, type Gap } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { runningIntervals, scheduledTicks } from '@holdfast/shared/domain/gaps/schedule.ts';
import { intersection, type TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { timedPlacements } from '@holdfast/shared/domain/gaps/timed-placements.ts';
import type { PollingPlans } from '../configuration/polling-plans.ts';
import type { Database } from '../database/open-database.ts';
import type { SettledSamples } from '../ports.ts';
import { recordedEvents } from '../sessions/queries/recorded-events.ts';
import { coverageAround } from './coverage-around.ts';

export interface AccountingSources {
  readonly database: Database;
  readonly plans: PollingPlans;
  readonly coverage: Pick<TickCoverage, 'read'>;
  readonly settled: SettledSamples;
}

export interface AccountingQuery {
  readonly session: {
    readonly session_id: string;
    readonly task_id: number;
    readonly config_version: number;
  };
  /** Only this device. */
  readonly device?: string | undefined;
  /** Ticks scheduled from then on; all when left out. */
  readonly from?: Date | undefined;
  /** Ticks scheduled before then. */
  readonly to: Date;
}

/** The account of one device's ticks within the time asked for. */
export interface DeviceAccount {
  readonly device: string;
  /** Period of its ticks. */
  readonly periodMs: number;
  readonly scheduled: TickRanges;
  readonly stored: TickRanges;
  readonly quarantined: TickRanges;
  readonly gaps: readonly Gap[];
  readonly unscheduled: TickRanges;
}

export interface SessionAccount {
  /** The task's; a device's may be another. */
  readonly periodMs: number;
  /** In the order of the configuration. */
  readonly devices: readonly DeviceAccount[];
  /** False: of what is still on its way only that is known which the broker said last, so losses may be called on their way. */
  readonly brokerWasAsked: boolean;
}

const devicesInARow = 50;
const nothing: Coverage = { stored: [], quarantined: [], missed: new Map(), sent: [], confirmed: [] };

/**
 * Accounts for every tick that was due: from the log (when the session ran, who held it), its configuration (which
 * devices, how often) and the writer's book of ticks. Why a tick is missing follows from what lies around it, so more is
 * looked at than was asked for.
 * @returns undefined when the session has no such device
 * @throws DatabaseUnavailable, SampleStoreUnavailable, BrokerUnavailable, Problem
 */
export async function accountForSession(
  { database, plans, coverage, settled }: AccountingSources,
  { session, device, from, to }: AccountingQuery,
): Promise<SessionAccount | undefined> {
  const { session_id: sessionId, task_id, config_version } = session;
  const { periodMs, devices } = await plans.of(task_id, config_version);
  const asked = device === undefined ? devices : devices.filter(({ code }) => code === device);
  if (asked.length === 0) return undefined;
  const events = await recordedEvents(database, sessionId);
  const nowMs = to.getTime();
  const intervals = runningIntervals(events.flatMap((event) => (event.kind === 'lifecycle' ? [event] : [])));
  const placements = timedPlacements(events.filter((event) => event.kind === 'placement'));
  const due = new Map<number, { scheduled: TickRanges; window: TickRanges }>();
  for (const { periodMs } of asked) {
    if (!due.has(periodMs)) due.set(periodMs, dueTicks(intervals, periodMs, { from, nowMs }));
  }
  // Asked first: what is on record by then is in the record that is read afterwards.
  const { beforeMs: settledMs, wasAsked: brokerWasAsked } = await settled.now();
  const covered = await coverageAround(coverage, {
    sessionId,
    device,
    fromMs: from?.getTime(),
    toMs: nowMs,
    devices: asked.map(({ code, periodMs }) => ({
      code,
      periodMs,
      scheduled: due.get(periodMs)?.scheduled ?? [],
    })),
    nowMs: Date.now(),
  });
  const accounts: DeviceAccount[] = [];
  for (const { code, periodMs } of asked) {
    if (accounts.length % devicesInARow === devicesInARow - 1) await othersFirst();
    const { scheduled, window } = due.get(periodMs) ?? dueTicks(intervals, periodMs, { from, nowMs });
    const account = attributeGaps({
      scheduled,
      intervals,
      placements,
      coverage: covered.get(code) ?? nothing,
      periodMs,
      nowMs,
      settledMs,
    });
    accounts.push({
      device: code,
      periodMs,
      scheduled: intersection(scheduled, window),
      stored: intersection(intersection(account.stored, scheduled), window),
      quarantined: intersection(intersection(account.quarantined, scheduled), window),
      gaps: account.gaps.flatMap((gap) =>
        intersection([gap], window).map((range) => ({ ...range, cause: gap.cause })),
      ),
      unscheduled: intersection(account.unscheduled, window),
    });
  }
  return { periodMs, devices: accounts, brokerWasAsked };
}

function dueTicks(
  intervals: ReturnType<typeof runningIntervals>,
  periodMs: number,
  { from, nowMs }: { from: Date | undefined; nowMs: number },
): { scheduled: TickRanges; window: TickRanges } {
  return {
    scheduled: scheduledTicks(intervals, periodMs, nowMs),
    window: [{ from: from ? Math.ceil(from.getTime() / periodMs) : 0, to: Math.ceil(nowMs / periodMs) - 1 }],
  };
}
