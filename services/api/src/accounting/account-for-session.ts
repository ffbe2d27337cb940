import { setImmediate as othersFirst } from 'node:timers/promises';
import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import { attributeGaps, type Coverage, type Gap } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { scheduledTicks } from '@holdfast/shared/domain/gaps/schedule.ts';
import { intersection, type TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { type PollingPlan, type PollingPlans, planIfKnown } from '../configuration/polling-plans.ts';
import type { Database } from '../database/open-database.ts';
import type { SettledSamples } from '../ports.ts';
import type { SessionPasts, SessionThen } from '../sessions/queries/session-pasts.ts';
import { coverageAround } from './coverage-around.ts';

export interface AccountingSources {
  readonly database: Database;
  readonly pasts: Pick<SessionPasts, 'of'>;
  readonly plans: PollingPlans;
  readonly coverage: Pick<TickCoverage, 'readOf'>;
  readonly settled: SettledSamples;
}

export interface AccountedSession extends SessionThen {
  readonly task_id: number;
  readonly config_version: number;
}

export interface AccountingTime {
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
  /** Ticks that somebody has sent who did not hold the session any more, stored by the holder or not. */
  readonly fenced: TickRanges;
}

export interface SessionAccount {
  /** The task's; a device's may be another. */
  readonly periodMs: number;
  /** In the order of the configuration. */
  readonly devices: readonly DeviceAccount[];
}

export interface Accounts {
  /** By session. One whose configuration is lost, or that has no such device, is not among them. */
  readonly sessions: ReadonlyMap<string, SessionAccount>;
  /** False: of what is still on its way only that is known which the broker said last, so losses may be called on their way. */
  readonly brokerWasAsked: boolean;
}

const devicesInARow = 50;
const nothing: Coverage = { stored: [], quarantined: [], missed: new Map(), sent: [], confirmed: [] };

/**
 * Accounts for every tick that was due: from the log (when the session ran, who held it), its configuration (which
 * devices, how often) and the writer's book of ticks. Why a tick is missing follows from what lies around it, so more is
 * looked at than was asked for.
 * @param device only this one
 * @returns undefined when the session has no such device
 * @throws DatabaseUnavailable, SampleStoreUnavailable, BrokerUnavailable, Problem
 */
export async function accountForSession(
  sources: AccountingSources,
  { session, device, ...time }: AccountingTime & { session: AccountedSession; device?: string | undefined },
): Promise<(SessionAccount & Pick<Accounts, 'brokerWasAsked'>) | undefined> {
  const plan = await sources.plans.of(session.task_id, session.config_version);
  const polled = device === undefined ? plan : { ...plan, devices: withCode(plan, device) };
  const { sessions, brokerWasAsked } = await account(sources, [{ session, plan: polled }], time);
  const found = sessions.get(session.session_id);
  return found && { ...found, brokerWasAsked };
}

/**
 * The same of many sessions, in as many statements as of one.
 * @param only these devices
 * @throws DatabaseUnavailable, SampleStoreUnavailable
 */
export async function accountForSessions(
  sources: AccountingSources,
  sessions: readonly AccountedSession[],
  { only, ...time }: AccountingTime & { readonly only?: ReadonlySet<string> | undefined },
): Promise<Accounts> {
  await sources.plans.prepare(sessions);
  const planned: PlannedSession[] = [];
  for (const session of sessions) {
    const plan = await planIfKnown(sources.plans, session);
    if (!plan) continue;
    const devices = only ? plan.devices.filter(({ code }) => only.has(code)) : plan.devices;
    planned.push({ session, plan: { ...plan, devices } });
  }
  return account(sources, planned, time);
}

interface PlannedSession {
  readonly session: AccountedSession;
  readonly plan: PollingPlan;
}

async function account(
  { pasts, coverage: records, settled }: AccountingSources,
  planned: readonly PlannedSession[],
  { from, to }: AccountingTime,
): Promise<Accounts> {
  const nowMs = to.getTime();
  const told = await pasts.of(planned.map(({ session }) => session));
  // Asked first: what is on record by then is in the record that is read afterwards.
  const { beforeMs: settledMs, wasAsked: brokerWasAsked } = await settled.now();
  const due = planned.map(({ session: { session_id: sessionId }, plan }) => {
    const { intervals = [], placements = [] } = told.get(sessionId) ?? {};
    const byPeriod = new Map<number, TickRanges>();
    const devices = plan.devices.map(({ code: deviceCode, periodMs }) => {
      const scheduled = byPeriod.get(periodMs) ?? scheduledTicks(intervals, periodMs, nowMs);
      byPeriod.set(periodMs, scheduled);
      return { sessionId, deviceCode, periodMs, scheduled };
    });
    return { sessionId, periodMs: plan.periodMs, intervals, placements, devices };
  });
  const covered = await coverageAround(records, {
    fromMs: from?.getTime(),
    toMs: nowMs,
    devices: due.flatMap(({ devices }) => devices),
    nowMs: Date.now(),
  });
  const sessions = new Map<string, SessionAccount>();
  let done = 0;
  for (const { sessionId, periodMs: taskPeriodMs, intervals, placements, devices } of due) {
    const accounts: DeviceAccount[] = [];
    for (const { deviceCode, periodMs, scheduled } of devices) {
      done += 1;
      if (done % devicesInARow === 0) await othersFirst();
      const window = windowOf(periodMs, { from, nowMs });
      const coverage = covered.get(sessionId)?.get(deviceCode) ?? nothing;
      const account = attributeGaps({
        scheduled,
        intervals,
        placements,
        coverage,
        periodMs,
        nowMs,
        settledMs,
      });
      accounts.push({
        device: deviceCode,
        periodMs,
        scheduled: intersection(scheduled, window),
        stored: intersection(intersection(account.stored, scheduled), window),
        quarantined: intersection(intersection(account.quarantined, scheduled), window),
        gaps: account.gaps.flatMap((gap) =>
          intersection([gap], window).map((range) => ({ ...gap, ...range })),
        ),
        unscheduled: intersection(account.unscheduled, window),
        fenced: intersection(coverage.missed.get('fenced') ?? [], window),
      });
    }
    if (accounts.length > 0) sessions.set(sessionId, { periodMs: taskPeriodMs, devices: accounts });
  }
  return { sessions, brokerWasAsked };
}

function withCode({ devices }: PollingPlan, code: string): PollingPlan['devices'] {
  return devices.filter((device) => device.code === code);
}

function windowOf(periodMs: number, { from, nowMs }: { from: Date | undefined; nowMs: number }): TickRanges {
  return [{ from: from ? Math.ceil(from.getTime() / periodMs) : 0, to: Math.ceil(nowMs / periodMs) - 1 }];
}
