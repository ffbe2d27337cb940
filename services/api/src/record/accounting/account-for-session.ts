import { setImmediate as othersFirst } from 'node:timers/promises';
import type {
  CoverageByPeriod,
  LackingOfDevice,
  TickCoverage,
} from '@holdfast/sample-store/tick-coverage.ts';
import { accountOfDevice } from '@holdfast/shared/domain/gaps/account-of-device.ts';
import type { Gap } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { type DeviceValues, deviceValues } from '@holdfast/shared/domain/gaps/point-values.ts';
import { intersection, type TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { GrantedSites } from '../../access/granted-sites.ts';
import {
  findPlan,
  type PolledDevice,
  type PollingPlan,
  type PollingPlans,
  plansAt,
} from '../../configuration/polling-plans.ts';
import type { Database } from '../../database/open-database.ts';
import type { SettledSamples } from '../../ports.ts';
import type { SessionPast, SessionPasts, SessionThen } from '../../sessions/queries/session-pasts.ts';
import { coverageAround } from './coverage-around.ts';
import { type DeviceSchedule, deviceSchedules, type PlannedLeg } from './device-schedules.ts';

export interface AccountingSources {
  readonly database: Database;
  readonly pasts: Pick<SessionPasts, 'of'>;
  readonly plans: PollingPlans;
  readonly coverage: Pick<TickCoverage, 'readOf' | 'lackingOf'>;
  readonly settled: SettledSamples;
}

/** The same, for accounts of only the devices that were at these sites. */
export function accountingAt(sources: AccountingSources, granted: GrantedSites): AccountingSources {
  return { ...sources, plans: plansAt(sources.plans, granted) };
}

export interface AccountedSession extends SessionThen {
  readonly task_id: number;
  readonly config_version: number;
}

export interface AccountingTime {
  /** Only ticks scheduled from this time on; all when left out. */
  readonly from?: Date | undefined;
  /** Only ticks scheduled before this time. */
  readonly to: Date;
  /** Whether to count the values of points, too. */
  readonly withValues?: boolean | undefined;
}

/** The account of one device's ticks of one length within the requested time. */
export interface DeviceAccount {
  readonly device: string;
  /** Length of the ticks. */
  readonly periodMs: number;
  readonly scheduled: TickRanges;
  readonly stored: TickRanges;
  readonly quarantined: TickRanges;
  readonly gaps: readonly Gap[];
  readonly unscheduled: TickRanges;
  /** Ticks sent by a collector that no longer held the session, whether or not the holder stored them too. */
  readonly fenced: TickRanges;
  /** Values of the device's points, or undefined if they were not asked for or are not known. */
  readonly values: DeviceValues | undefined;
}

export interface SessionAccount {
  /** The task's period; a device's may differ. */
  readonly periodMs: number;
  /**
   * In the order of the configuration. A device whose period was changed has one account for each tick length, the
   * latest last.
   */
  readonly devices: readonly DeviceAccount[];
}

export interface Accounts {
  /** Accounts by session, without sessions whose configuration is lost or that have no such device. */
  readonly sessions: ReadonlyMap<string, SessionAccount>;
  /**
   * If false, only the broker's last word shows which ticks are still on their way, so losses may be shown as on their
   * way.
   */
  readonly brokerWasAsked: boolean;
}

const devicesInARow = 50;
/** The longest period that a point may have. */
const slowestPeriodMs = 86_400_000;
const lacksNothing: LackingOfDevice = { untold: [], sets: [] };
const nothing: CoverageByPeriod = new Map();

/**
 * Accounts for every tick that was due: from the log (when the session ran, who held it), its configuration (which
 * devices, how often) and the writer's record of ticks. Why a tick is missing follows from the ticks around it, so this
 * looks at more than the requested time.
 * @param device the only device to account for
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
  const ofSession = sessions.get(session.session_id);
  return ofSession && { ...ofSession, brokerWasAsked };
}

/**
 * The same for many sessions, with as many statements as for one.
 * @param only the devices to account for
 * @throws DatabaseUnavailable, SampleStoreUnavailable
 */
export async function accountForSessions(
  sources: AccountingSources,
  sessions: readonly AccountedSession[],
  { only, ...time }: AccountingTime & { readonly only?: ReadonlySet<string> | undefined },
): Promise<Accounts> {
  const pasts = await sources.pasts.of(sessions);
  const versions = sessions.flatMap((session) => {
    const legs = pasts.get(session.session_id)?.legs ?? [];
    return [session, ...legs.map(({ configVersion }) => ({ ...session, config_version: configVersion }))];
  });
  await sources.plans.prepare(versions);
  const isWanted = only && ((code: string) => only.has(code));
  const planned: PlannedSession[] = [];
  for (const session of sessions) {
    const past = pasts.get(session.session_id);
    const planOf = (config_version: number) => findPlan(sources.plans, { ...session, config_version });
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

/**
 * The versions of a session, oldest first.
 * @param present the version in its row, which is the only one if its log has no other
 */
function versionsOf(present: number, past: SessionPast | undefined): SessionPast['legs'] {
  const legs = past?.legs ?? [];
  return legs.length > 1 ? legs : [{ fromMs: Number.NEGATIVE_INFINITY, configVersion: present }];
}

/**
 * The devices that a session has read, each with the last version that had it and the longest period that it had.
 * @throws Problem when the snapshot of a version is lost, BrokerUnavailable, DatabaseUnavailable
 */
export async function devicesOfSession(
  { pasts, plans }: Pick<AccountingSources, 'pasts' | 'plans'>,
  session: AccountedSession,
): Promise<readonly (PolledDevice & { readonly configVersion: number })[]> {
  const past = (await pasts.of([session])).get(session.session_id);
  const devices = new Map<string, PolledDevice & { readonly configVersion: number }>();
  for (const { configVersion } of versionsOf(session.config_version, past)) {
    const { devices: polled } = await plans.of(session.task_id, configVersion);
    for (const { code, periodMs } of polled) {
      const longestMs = Math.max(periodMs, devices.get(code)?.periodMs ?? 0);
      devices.set(code, { code, periodMs: longestMs, configVersion });
    }
  }
  return [...devices.values()];
}

/** @returns undefined when a version of the session is lost */
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
  { from, to, withValues = false }: AccountingTime,
): Promise<Accounts> {
  const nowMs = to.getTime();
  // Asked before the record is read, so that the record contains everything settled by then.
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
  const lackingOf = withValues
    ? await records.lackingOf(
        due.flatMap(({ devices }) => devices),
        { ...(from && { fromMs: from.getTime() }), toMs: nowMs + slowestPeriodMs },
      )
    : undefined;
  const sessions = new Map<string, SessionAccount>();
  let devicesCounted = 0;
  for (const { sessionId, periodMs: taskPeriodMs, intervals, placements, changes, devices } of due) {
    const accounts: DeviceAccount[] = [];
    for (const { deviceCode, periodMs: latestMs, due, legs, isRead } of devices) {
      const lists = lackingOf?.get(sessionId)?.get(deviceCode);
      // A device that lacks points may take as long as many that do not.
      devicesCounted += lists ? devicesInARow : 1;
      if (devicesCounted >= devicesInARow) {
        await othersFirst();
        devicesCounted = 0;
      }
      const coverage = covered.get(sessionId)?.get(deviceCode) ?? nothing;
      const circumstances = { intervals, placements, changes, nowMs, settledMs };
      const ofLengths = accountOfDevice({ due, coverage, ...circumstances }).map(
        ({ periodMs, ...account }) => {
          const { scheduled, stored, quarantined, gaps, unscheduled } = account;
          const window = windowOf(periodMs, { from, nowMs });
          const lacking = lists?.get(periodMs) ?? lacksNothing;
          const values = lackingOf && {
            ...{ periodMs, window, stored: intersection(stored, scheduled), quarantined, gaps },
            ...{ lacking: lacking.sets, untold: lacking.untold },
          };
          return {
            device: deviceCode,
            periodMs,
            scheduled: intersection(scheduled, window),
            stored: intersection(intersection(stored, scheduled), window),
            quarantined: intersection(intersection(quarantined, scheduled), window),
            gaps: gaps.flatMap((gap) => intersection([gap], window).map((range) => ({ ...gap, ...range }))),
            unscheduled: intersection(unscheduled, window),
            fenced: intersection(coverage.get(periodMs)?.missed.get('fenced') ?? [], window),
            values: values && valuesOfLength(values, { legs, isRead, periodMs: latestMs }),
          };
        },
      );
      const isLatest = ({ periodMs }: DeviceAccount) => periodMs === latestMs;
      accounts.push(...ofLengths.filter((each) => !isLatest(each)), ...ofLengths.filter(isLatest));
    }
    if (accounts.length > 0) sessions.set(sessionId, { periodMs: taskPeriodMs, devices: accounts });
  }
  return { sessions, brokerWasAsked };
}

/**
 * Counts values in ticks of one length. Points that never delivered are named only for the version in force, if it has
 * the device, and only since the last change of the period.
 */
function valuesOfLength(
  options: Omit<Parameters<typeof deviceValues>[0], 'legs'>,
  { legs, isRead, periodMs: latestMs }: Pick<DeviceSchedule, 'legs' | 'isRead' | 'periodMs'>,
): DeviceValues | undefined {
  const isOwn = ({ periodMs }: { readonly periodMs: number }) => periodMs === options.periodMs;
  const values = deviceValues({ ...options, legs: legs.filter(isOwn) });
  const last = legs.findLastIndex((leg) => !isOwn(leg));
  if (!values || (isRead && last < 0)) return values;
  if (!isRead || options.periodMs !== latestMs) return { ...values, neverDelivered: [] };
  const { neverDelivered = [] } = deviceValues({ ...options, legs: legs.slice(last + 1) }) ?? {};
  return { ...values, neverDelivered };
}

function windowOf(periodMs: number, { from, nowMs }: { from: Date | undefined; nowMs: number }): TickRanges {
  return [{ from: from ? Math.ceil(from.getTime() / periodMs) : 0, to: Math.ceil(nowMs / periodMs) - 1 }];
}
