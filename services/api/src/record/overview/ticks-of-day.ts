import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { TickCountsView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import { onItsWayMs } from '@holdfast/shared/domain/gaps/lost-after-sending.ts';
import {
  type AccountedSession,
  type AccountingSources,
  accountForSessions,
  accountingAt,
  type DeviceAccount,
} from '../accounting/account-for-session.ts';
import { countsOf } from '../accounting/count-ticks.ts';
import { countNeverDelivered } from '../accounting/count-values.ts';
import type { SummaryFilter } from './summary-rows.ts';

/** Due ticks of the last day, in total and by device, and points that gave nothing in it: see `countNeverDelivered`. */
export interface TicksOfDay {
  readonly from: string;
  readonly to: string;
  /** This and `stored` count all sessions of the day, also those that have ended. */
  readonly expected: number;
  readonly stored: number;
  /** Undefined for a session that has ended or whose configuration is lost. */
  readonly of: (session: string) => DayOfSession | undefined;
}

export interface DayOfSession {
  readonly neverDelivered: number | null;
  /** By code. */
  readonly devices: ReadonlyMap<string, DayOfDevice>;
}

export interface DayOfDevice {
  readonly ticks: TickCountsView;
  readonly neverDelivered: number | null;
}

/**
 * Counts the ticks. Returns null while the store of samples is unavailable.
 * @param sessions the current ones that match the filter
 */
export type CountTicksOfDay = (
  filter: Pick<SummaryFilter, 'sites' | 'site'>,
  sessions: readonly AccountedSession[],
) => Promise<TicksOfDay | null>;

/** The sessions that were due at some time between `from` and `to`, also those that have ended. @throws DatabaseUnavailable */
export type SessionsOfDay = (
  filter: Pick<SummaryFilter, 'sites' | 'site'>,
  time: { readonly from: Date; readonly to: Date },
) => Promise<readonly AccountedSession[]>;

interface Count {
  readonly ticks: Promise<TicksOfDay | null>;
  /** Infinity while the count is under way. */
  countedAtMs: number;
}

const dayMs = 86_400_000;
/** How long a count is shared: counting costs as much as a list of all sessions, and a share of a day moves slowly. */
const freshMs = 10_000;
const keptAtMost = 200;
/** Bounds how much of the sessions' record is in memory at once. */
const sessionsAtOnce = 100;

/** Ticks of the last day, counted once for all callers who may see the same and ask for it. */
export function ticksOfDay(accounting: AccountingSources, sessionsOfDay: SessionsOfDay): CountTicksOfDay {
  const countByCaller = new Map<string, Count>();
  const countAll = async (
    { sites, site }: Parameters<SessionsOfDay>[0],
    sessions: readonly AccountedSession[],
  ) => {
    const current = new Set(sessions.map(({ session_id }) => session_id));
    const ofDay = await sessionsOfDay({ sites, site }, lastDay());
    const ended = ofDay.filter(({ session_id }) => !current.has(session_id));
    const ticks = await ticksOfDayOf(accountingAt(accounting, sites), [...sessions, ...ended]);
    return (
      ticks && { ...ticks, of: (session: string) => (current.has(session) ? ticks.of(session) : undefined) }
    );
  };
  return ({ sites, site }, sessions) => {
    const who = JSON.stringify([sites, site]);
    const last = countByCaller.get(who);
    if (last && performance.now() - last.countedAtMs <= freshMs) return last.ticks;
    const counting: Count = {
      ticks: countAll({ sites, site }, sessions),
      countedAtMs: Number.POSITIVE_INFINITY,
    };
    if (countByCaller.size >= keptAtMost) countByCaller.clear();
    countByCaller.set(who, counting);
    // A failure is not shared with the next caller.
    const forget = () => {
      if (countByCaller.get(who) === counting) countByCaller.delete(who);
    };
    counting.ticks.then((ticks) => {
      counting.countedAtMs = performance.now();
      if (ticks === null) forget();
    }, forget);
    return counting.ticks;
  };
}

/** Ticks of the last day of these sessions, counted again. Null while the store of samples is unavailable. */
export async function ticksOfDayOf(
  accounting: AccountingSources,
  sessions: readonly AccountedSession[],
): Promise<TicksOfDay | null> {
  try {
    return await count(accounting, sessions);
  } catch (error) {
    if (error instanceof SampleStoreUnavailable) return null;
    throw error;
  }
}

/**
 * Counts the points of all these sessions that gave nothing.
 * @returns null if no known session has such a point but some session is not known
 */
export function neverDeliveredIn(days: readonly (DayOfSession | undefined)[]): number | null {
  const counted = days.flatMap((day) => (day ? [day.neverDelivered] : []));
  const total = counted.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return total === 0 && counted.includes(null) ? null : total;
}

function lastDay() {
  const to = Date.now() - onItsWayMs;
  return { from: new Date(to - dayMs), to: new Date(to) };
}

async function count(
  accounting: AccountingSources,
  sessions: readonly AccountedSession[],
): Promise<TicksOfDay> {
  const time = lastDay();
  const days = new Map<string, DayOfSession>();
  for (let from = 0; from < sessions.length; from += sessionsAtOnce) {
    const some = sessions.slice(from, from + sessionsAtOnce);
    const accounts = await accountForSessions(accounting, some, { ...time, withValues: true });
    for (const [session, { devices }] of accounts.sessions) days.set(session, dayOf(devices));
  }
  let [expected, storedTicks] = [0, 0];
  for (const { devices } of days.values()) {
    for (const { ticks } of devices.values()) {
      expected += ticks.expected;
      storedTicks += ticks.stored;
    }
  }
  return {
    ...{ from: time.from.toISOString(), to: time.to.toISOString(), expected, stored: storedTicks },
    of: (session) => days.get(session),
  };
}

function dayOf(devices: readonly DeviceAccount[]): DayOfSession {
  const byDevice = Map.groupBy(devices, ({ device }) => device);
  return {
    neverDelivered: countNeverDelivered(devices),
    devices: new Map(
      [...byDevice].map(([device, ofLengths]) => [
        device,
        { ticks: countsOf(ofLengths), neverDelivered: countNeverDelivered(ofLengths) },
      ]),
    ),
  };
}
