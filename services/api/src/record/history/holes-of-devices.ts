import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { PointTrends } from '@holdfast/shared/contracts/http/points-http.ts';
import { onItsWayMs } from '@holdfast/shared/domain/gaps/lost-after-sending.ts';
import { type SqlBool, sql } from 'kysely';
import { DatabaseUnavailable } from '../../database/database-unavailable.ts';
import { BrokerUnavailable } from '../../ports.ts';
import { selectSessions } from '../../sessions/queries/list-sessions.ts';
import {
  type AccountingSources,
  accountForSessions,
  type DeviceAccount,
} from '../accounting/account-for-session.ts';
import { gapViews } from '../accounting/gap-views.ts';
import { holesBetween, type RatedSpan, type TickLength, tickLengths } from './tick-lengths.ts';

type Holes = PointTrends['devices'][number];

export interface DeviceHoles {
  readonly devices: readonly Holes[];
  /** Lengths of ticks within the window by device, oldest first. */
  readonly lengths: ReadonlyMap<string, readonly TickLength[]>;
  /** If false, a loss may still be shown as on its way. */
  readonly brokerWasAsked: boolean;
}

/** Enough for a plant that restarts its tasks each shift, over four weeks. */
const sessionsAtMost = 500;

/** Finds the times within a window for which nothing about these devices is on record, and why. */
export async function holesOfDevices(
  sources: AccountingSources,
  codes: readonly string[],
  { start, end, now }: { readonly start: Date; readonly end: Date; readonly now: Date },
): Promise<DeviceHoles> {
  // A tick that is still on its way is not missing.
  const to = new Date(Math.min(end.getTime(), now.getTime() - onItsWayMs));
  const unknown = codes.map((device) => ({ device, gaps: null, not_read: null }));
  if (to <= start) return { devices: unknown, lengths: new Map(), brokerWasAsked: true };
  try {
    const sessions = await sessionsOf(sources, codes, start, to);
    const only = new Set(codes);
    const { sessions: accounts, brokerWasAsked } = await accountForSessions(sources, sessions, {
      from: start,
      to,
      only,
    });
    const lengths = new Map<string, readonly TickLength[]>();
    const window = { fromMs: start.getTime(), toMs: to.getTime() };
    const devices = codes.map((device): Holes => {
      const gaps: NonNullable<Holes['gaps']> = [];
      const read: RatedSpan[] = [];
      let latestMs: number | undefined;
      let isKnown = sessions.length < sessionsAtMost;
      for (const { session_id } of sessions) {
        const account = accounts.get(session_id);
        if (!account) isKnown = false;
        const own = account?.devices.filter((each) => each.device === device) ?? [];
        latestMs ??= own.at(-1)?.periodMs;
        for (const each of own) {
          gaps.push(
            ...gapViews({ periodMs: each.periodMs, devices: [each] }).map(({ view }) => ({
              ...view,
              session_id,
            })),
          );
          read.push(...spansOf(each));
        }
      }
      gaps.sort((one, other) => (one.start_time < other.start_time ? -1 : 1));
      const lengthsOfDevice = tickLengths(read);
      // A session reads the device, but no tick was due within the window.
      if (lengthsOfDevice.length === 0 && latestMs !== undefined)
        lengthsOfDevice.push({ fromMs: window.fromMs, periodMs: latestMs });
      lengths.set(device, lengthsOfDevice);
      const not_read = isKnown ? holesBetween(read, window).map(timesOf) : null;
      return { device, gaps, not_read };
    });
    return { devices, lengths, brokerWasAsked };
  } catch (error) {
    // Values are useful even without the holes.
    const isAway =
      error instanceof DatabaseUnavailable ||
      error instanceof SampleStoreUnavailable ||
      error instanceof BrokerUnavailable;
    if (!isAway) throw error;
    return { devices: unknown, lengths: new Map(), brokerWasAsked: true };
  }
}

/** Sessions that read these devices, newest first. One whose version PostgreSQL lacks is included, whatever it reads. */
function sessionsOf(
  { database }: Pick<AccountingSources, 'database'>,
  codes: readonly string[],
  from: Date,
  to: Date,
) {
  return selectSessions(database)
    .where('sessions.started_at', '<', to)
    .where((where) =>
      where.or([where('sessions.stopped_at', 'is', null), where('sessions.stopped_at', '>', from)]),
    )
    .where(
      sql<SqlBool>`(version.task_id is null or exists (
        select from jsonb_array_elements(version.device_codes) as kept (device)
        where coalesce(kept.device ->> 'code', kept.device #>> '{}') = any(${[...codes]}::text[])))`,
    )
    .orderBy('sessions.first_sequence', 'desc')
    .limit(sessionsAtMost)
    .execute();
}

function spansOf({ scheduled, periodMs }: DeviceAccount): RatedSpan[] {
  return scheduled.map(({ from, to }) => ({ fromMs: from * periodMs, toMs: (to + 1) * periodMs, periodMs }));
}

function timesOf({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): {
  start_time: string;
  end_time: string;
} {
  return { start_time: new Date(fromMs).toISOString(), end_time: new Date(toMs).toISOString() };
}
