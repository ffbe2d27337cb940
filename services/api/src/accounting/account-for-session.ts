import { setImmediate as othersFirst } from 'node:timers/promises';
import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import { attributeGaps, type Coverage, type Gap } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { intersection, type TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import {
  type PolledDevice,
  type PollingPlan,
  type PollingPlans,
  planIfKnown,
} from '../configuration/polling-plans.ts';
import type { Database } from '../database/open-database.ts';
import type { SettledSamples } from '../ports.ts';
import type { SessionPast, SessionPasts, SessionThen } from '../sessions/queries/session-pasts.ts';
import { coverageAround } from './coverage-around.ts';
import { deviceSchedules, type PlannedLeg } from './device-schedules.ts';

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
  const isWanted = device === undefined ? undefined : (code: string) => code === device;
  const past = (await sources.pasts.of([session])).get(session.session_id);
  const legs = await legsOf(session, past, (version) => sources.plans.of(session.task_id, version));
  const planned = [{ session, legs: legs ?? [], past, isWanted }];
  const { sessions, brokerWasAsked } = await account(sources, planned, time);
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
  const told = await sources.pasts.of(sessions);
  const versions = sessions.flatMap((session) => {
    const legs = told.get(session.session_id)?.legs ?? [];
    return [session, ...legs.map(({ configVersion }) => ({ ...session, config_version: configVersion }))];
  });
  await sources.plans.prepare(versions);
  const isWanted = only && ((code: string) => only.has(code));
  const planned: PlannedSession[] = [];
  for (const session of sessions) {
    const past = told.get(session.session_id);
    const planOf = (config_version: number) => planIfKnown(sources.plans, { ...session, config_version });
    const legs = await legsOf(session, past, planOf);
    if (legs) planned.push({ session, legs, past, isWanted });
  }
  return account(sources, planned, time);
}

interface PlannedSession {
  readonly session: AccountedSession;
  readonly legs: readonly PlannedLeg[];
  readonly past: SessionPast | undefined;
  readonly isWanted: ((deviceCode: string) => boolean) | undefined;
}

/** The versions of a session, oldest first. @param present that of its row, the only one where its log tells no other */
function versionsOf(present: number, past: SessionPast | undefined): SessionPast['legs'] {
  const known = past?.legs ?? [];
  return known.length > 1 ? known : [{ fromMs: Number.NEGATIVE_INFINITY, configVersion: present }];
}

/**
 * The devices that a session has read, each with the last version that had it. @throws Problem when the snapshot of one is lost,
 * BrokerUnavailable, DatabaseUnavailable
 */
export async function devicesOfSession(
  { pasts, plans }: Pick<AccountingSources, 'pasts' | 'plans'>,
  session: AccountedSession,
): Promise<readonly (PolledDevice & { readonly configVersion: number })[]> {
  const past = (await pasts.of([session])).get(session.session_id);
  const devices = new Map<string, PolledDevice & { readonly configVersion: number }>();
  for (const { configVersion } of versionsOf(session.config_version, past)) {
    const { devices: polled } = await plans.of(session.task_id, configVersion);
    for (const device of polled) devices.set(device.code, { ...device, configVersion });
  }
  return [...devices.values()];
}

/** @returns undefined when a version of it is lost */
async function legsOf(
  { config_version }: AccountedSession,
  past: SessionPast | undefined,
  planOf: (version: number) => Promise<PollingPlan | undefined>,
): Promise<PlannedLeg[] | undefined> {
  const legs: PlannedLeg[] = [];
  for (const { fromMs, configVersion } of versionsOf(config_version, past)) {
    const plan = await planOf(configVersion);
    if (!plan) return undefined;
    legs.push({ fromMs, plan });
  }
  return legs;
}

async function account(
  { coverage: records, settled }: AccountingSources,
  planned: readonly PlannedSession[],
  { from, to }: AccountingTime,
): Promise<Accounts> {
  const nowMs = to.getTime();
  // Asked first: what is on record by then is in the record that is read afterwards.
  const { beforeMs: settledMs, wasAsked: brokerWasAsked } = await settled.now();
  const due = planned.map(({ session: { session_id: sessionId }, legs, past, isWanted }) => {
    const { intervals = [], placements = [], legs: versions = [] } = past ?? {};
    const schedules = deviceSchedules(legs, intervals, nowMs, isWanted);
    const devices = schedules.map((schedule) => ({ sessionId, ...schedule }));
    const changes = versions.slice(1).map(({ fromMs, sequence }) => ({ timeMs: fromMs, event: sequence }));
    const { periodMs = 0 } = legs.at(-1)?.plan ?? {};
    return { sessionId, periodMs, intervals, placements, changes, devices };
  });
  const covered = await coverageAround(records, {
    fromMs: from?.getTime(),
    toMs: nowMs,
    devices: due.flatMap(({ devices }) => devices),
    nowMs: Date.now(),
  });
  const sessions = new Map<string, SessionAccount>();
  let done = 0;
  for (const { sessionId, periodMs: taskPeriodMs, intervals, placements, changes, devices } of due) {
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
        changes,
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

function windowOf(periodMs: number, { from, nowMs }: { from: Date | undefined; nowMs: number }): TickRanges {
  return [{ from: from ? Math.ceil(from.getTime() / periodMs) : 0, to: Math.ceil(nowMs / periodMs) - 1 }];
}
