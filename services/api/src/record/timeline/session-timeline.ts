import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { onItsWayMs } from '@holdfast/shared/domain/gaps/lost-after-sending.ts';
import { sql } from 'kysely';
import type { GrantedSites } from '../../access/granted-sites.ts';
import type { Database } from '../../database/open-database.ts';
import { BrokerUnavailable, type HealthOfSession, type SessionHealth } from '../../ports.ts';
import { localize } from '../../problems/localize.ts';
import { isAbnormalEvent } from '../../sessions/queries/abnormal-events.ts';
import type { NamedSessionRow } from '../../sessions/queries/session-view.ts';
import { pastShare, type SessionShare } from '../../sessions/session-share.ts';
import {
  type AccountingSources,
  accountForSessions,
  accountingAt,
} from '../accounting/account-for-session.ts';
import { bucketsOf, ribbonOf } from '../accounting/ribbon.ts';
import { deviceLanes } from './device-lanes.ts';
import { eventCounts, holderLane, type LaneEvent, lifeLane } from './log-lanes.ts';
import { timelineText } from './texts.ts';

/** Newest events shown; older ones are left out. A session that fails every ten seconds has as many in a day. */
const atMost = 50_000;

interface LaneEvents {
  /** Oldest first. */
  readonly events: readonly LaneEvent[];
  /** Number of holders before the first of these events. */
  readonly holdersBefore: number;
  readonly isCut: boolean;
}

export interface TimelineSources {
  readonly accounting: AccountingSources;
  readonly healthOfSession: HealthOfSession;
}

interface TimelineWindow {
  readonly from: Date;
  readonly to: Date;
  readonly buckets: number;
  readonly sites: GrantedSites;
}

const ticksNotAsked = timelineText('losses_that_only_nats_could_tell');
const healthNotAsked = timelineText('how_the_devices_were');

/** The lanes of a session. @throws DatabaseUnavailable, SampleStoreUnavailable */
export async function sessionTimeline(
  { accounting: ofAll, healthOfSession }: TimelineSources,
  session: NamedSessionRow,
  { from, to, buckets: count, sites }: TimelineWindow,
): Promise<Timeline> {
  const accounting = accountingAt(ofAll, sites);
  const share = await pastShare(ofAll, session, sites);
  const now = new Date();
  const buckets = bucketsOf(from, to, count);
  const [{ events, holdersBefore, isCut }, accounts, health] = await Promise.all([
    laneEvents(accounting.database, session.session_id, { to, isWhole: share.isWhole }),
    accountForSessions(accounting, [session], {
      from,
      // The outcome of the last seconds is not known yet.
      to: new Date(Math.min(to.getTime(), now.getTime() - onItsWayMs)),
    }),
    healthIfKnown(healthOfSession, session, { from, to, share }),
  ]);
  const account = accounts.sessions.get(session.session_id);
  const endMs = Math.min(now.getTime(), session.stopped_at?.getTime() ?? Number.POSITIVE_INFINITY);
  const lost = [accounts.brokerWasAsked ? [] : [ticksNotAsked], health ? [] : [healthNotAsked]].flat();
  const { expected, stored, quarantined, missing } = ribbonOf(account?.devices ?? [], buckets);
  return {
    session_id: session.session_id,
    task_code: session.task_code,
    task_name: session.task_name,
    started_at: session.started_at.toISOString(),
    stopped_at: session.stopped_at?.toISOString() ?? null,
    as_of: now.toISOString(),
    from: from.toISOString(),
    to: to.toISOString(),
    bucket_seconds: buckets.bucketMs / 1_000,
    buckets: count,
    life: lifeLane(events, buckets),
    holders: holderLane(events, buckets, holdersBefore),
    devices: deviceLanes(account?.devices ?? [], health ?? { changes: [], latest: [] }, buckets, endMs),
    ticks: account ? { expected, stored, quarantined, missing } : null,
    events: eventCounts(events, buckets),
    is_cut: isCut || (health?.isCut ?? false),
    not_asked:
      lost.length === 0
        ? []
        : [
            {
              what: 'broker',
              detail: localize(timelineText('nats_does_not_answer', { lost })),
            },
          ],
  };
}

async function healthIfKnown(
  healthOfSession: HealthOfSession,
  { session_id: session, task_id: taskId, started_at: startedAt }: NamedSessionRow,
  { from, to, share: { has } }: Pick<TimelineWindow, 'from' | 'to'> & { readonly share: SessionShare },
): Promise<SessionHealth | undefined> {
  try {
    const health = await healthOfSession({ session, taskId, startedAt, from, to });
    const isOwn = ({ device }: { readonly device: string }) => has(device);
    return { ...health, changes: health.changes.filter(isOwn), latest: health.latest.filter(isOwn) };
  } catch (error) {
    if (error instanceof BrokerUnavailable) return undefined;
    throw error;
  }
}

/**
 * The events of a session before a time. The reasons of failures are left out unless everything is shown: they may name
 * devices. @throws DatabaseUnavailable
 */
async function laneEvents(
  database: Database,
  sessionId: string,
  { to, isWhole }: { readonly to: Date; readonly isWhole: boolean },
): Promise<LaneEvents> {
  const rows = await database
    .selectFrom('session_events')
    .select(['sequence', 'type', 'time'])
    .select([
      sql<string | null>`data->>'by'`.as('by'),
      sql<string | null>`data->>'reason'`.as('reason'),
      sql<string | null>`data->>'collector_id'`.as('collector_id'),
      isAbnormalEvent.as('is_abnormal'),
    ])
    .where('session_id', '=', sessionId)
    .where('time', '<', to)
    .orderBy('sequence', 'desc')
    .limit(atMost)
    .execute();
  const events = rows.reverse().flatMap(({ sequence, type, time, by, reason, collector_id, is_abnormal }) =>
    time === null
      ? []
      : [
          {
            ...{
              sequence,
              by,
              reason: isWhole || type !== 'session.failed' ? reason : null,
              type: type.replace(/^session\./, ''),
              timeMs: time.getTime(),
            },
            ...{ collectorId: collector_id, isAbnormal: is_abnormal },
          },
        ],
  );
  const [oldest] = rows;
  if (rows.length < atMost || !oldest) return { events, holdersBefore: 0, isCut: false };
  const { count } = await database
    .selectFrom('session_events')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('session_id', '=', sessionId)
    .where('type', '=', 'session.assigned')
    .where('sequence', '<', oldest.sequence)
    .executeTakeFirstOrThrow();
  return { events, holdersBefore: Number(count), isCut: true };
}
