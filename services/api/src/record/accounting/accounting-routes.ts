import {
  type CompletenessQuery,
  type CompletenessView,
  completenessQuerySchema,
  completenessSchema,
  gapListQuerySchema,
  gapPageSchema,
} from '@holdfast/shared/contracts/http/accounting-http.ts';
import { gapCursor } from '@holdfast/shared/contracts/http/page.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { onItsWayMs } from '@holdfast/shared/domain/gaps/lost-after-sending.ts';
import { countTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { periodAt } from '@holdfast/shared/domain/plant-clock.ts';
import * as z from 'zod';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { cursorBehind, positionOf } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import { localize } from '../../problems/localize.ts';
import { Problem, validationFailed } from '../../problems/problem.ts';
import { deviceNotInSession, requireSession } from '../../sessions/require-session.ts';
import { calendarInterval, clockOfZone } from '../../times/plant-clocks.ts';
import { intervalOf, timeOf, utcOffsetOf } from '../../times/relative-time.ts';
import {
  type AccountingSources,
  accountForSession,
  accountingAt,
  type SessionAccount,
} from './account-for-session.ts';
import {
  countIntervals,
  countsByInterval,
  countsOf,
  type IntervalAt,
  intervalsSince1970,
} from './count-ticks.ts';
import { neverDelivered, pointsOf, valuesOf } from './count-values.ts';
import { eventsBehind, eventsOfTrace } from './gap-events.ts';
import { gapViews } from './gap-views.ts';
import { accountingText } from './texts.ts';

export const brokerUnavailableNotice = () => ({
  what: 'broker' as const,
  detail: localize(accountingText('nats_does_not_answer_now')),
});

const params = z.object({ id: z.string().describe('Session id') });
const pastOfSession = ({ params: { id } }: { params: z.infer<typeof params> }) => ({ pastSessions: [id] });

/** No one would read more, and it would take memory from all callers. */
const periodsAtMost = 20_000;
const neverDeliveredAtMost = 1_000;

interface Window {
  readonly device?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Routes that show what became of every tick that was due. */
export function accountingRoutes(sources: AccountingSources): Route[] {
  const { database } = sources;
  const account = async (
    { sessionId, sites }: { readonly sessionId: string; readonly sites: GrantedSites },
    { device, from, to }: Window,
    withValues = false,
  ) => {
    const now = new Date();
    const session = await requireSession(sources.database, sessionId);
    const times = {
      from: from ? timeOf('from', from, now) : undefined,
      to: to ? timeOf('to', to, now) : new Date(now.getTime() - onItsWayMs),
    };
    if (times.from && times.from >= times.to) {
      throw validationFailed([{ path: 'from', message: fieldText('must_be_before', { other: 'to' }) }]);
    }
    // A tick that is not due yet cannot be missing.
    const window = { ...times, to: times.to > now ? now : times.to };
    const ofDevices = await accountForSession(accountingAt(sources, sites), {
      session,
      device,
      ...window,
      withValues,
    });
    if (!ofDevices) throw deviceNotInSession(sessionId, device);
    return {
      ofDevices,
      head: {
        session_id: session.session_id,
        period_ms: ofDevices.periodMs,
        from: window.from?.toISOString() ?? null,
        to: window.to.toISOString(),
        not_asked: ofDevices.brokerWasAsked ? [] : [brokerUnavailableNotice()],
      },
    };
  };

  return [
    route({
      method: 'GET',
      url: '/api/acquisition/sessions/:id/gaps',
      role: 'viewer',
      sites: pastOfSession,
      tag: 'Data',
      summary: 'List ticks without a sample, and why',
      about:
        'Each run of missing ticks with one cause and the `events` behind it. `decided_by` is a `command` (its `trace_id` finds the audit entry), the `system`, or the `shutdown` of a collector.',
      schema: { params, querystring: gapListQuerySchema, response: { 200: gapPageSchema } },
      handler: async ({ params: { id: sessionId }, query, grantedSites: sites }) => {
        const after = positionOf(gapCursor, query.cursor);
        const { ofDevices, head } = await account({ sessionId, sites }, query);
        const causes = query.cause && new Set(query.cause);
        const traced = query.trace === undefined ? undefined : await eventsOfTrace(database, query.trace);
        const isNewest = query.order === 'newest';
        const oldestFirst = gapViews(ofDevices);
        const gaps = (isNewest ? oldestFirst.reverse() : oldestFirst)
          .filter(({ view }) => !causes || causes.has(view.cause))
          .filter(({ events }) => !traced || events.some((event) => traced.has(event)))
          .filter(
            ({ startMs, index }) =>
              !after || (isNewest ? isBehind(after, [startMs, index]) : isBehind([startMs, index], after)),
          );
        const page = gaps.slice(0, query.limit);
        const last = gaps.length > query.limit ? page.at(-1) : undefined;
        const behind = await eventsBehind(database, page, sites);
        return {
          ...head,
          results: page.map((gap) => ({ ...gap.view, events: behind(gap) })),
          next_cursor: cursorBehind(gapCursor, last && [last.startMs, last.index]),
        };
      },
    }),
    route({
      method: 'GET',
      url: '/api/acquisition/sessions/:id/completeness',
      role: 'viewer',
      sites: pastOfSession,
      tag: 'Data',
      summary: 'Count expected, stored and missing ticks, and the values of their points',
      about:
        'By cause, by device and, with `interval`, by period. `values` counts the values of points; `never_delivered` names points that gave none although their device gave others. Without `to`, the last 10 s are left out.',
      schema: { params, querystring: completenessQuerySchema, response: { 200: completenessSchema } },
      handler: async ({
        params: { id: sessionId },
        query,
        grantedSites: sites,
      }): Promise<CompletenessView> => {
        const intervalMs = query.interval ? intervalOf(query.interval) : undefined;
        const intervalAt = intervalsAsked(query, intervalMs);
        const { ofDevices, head } = await account({ sessionId, sites }, query, true);
        const { devices } = ofDevices;
        const never = neverDelivered(devices);
        if (intervalMs !== undefined) refuseTooManyPeriods(ofDevices, intervalMs);
        const periods = (accounts: SessionAccount['devices']) =>
          intervalAt ? { periods: countsByInterval(accounts, intervalAt) } : {};
        return {
          ...head,
          ...countsOf(devices),
          values: valuesOf(devices),
          never_delivered: never.slice(0, neverDeliveredAtMost),
          never_delivered_count: never.length,
          devices: [...Map.groupBy(devices, ({ device }) => device)].map(([device, ofLengths]) => ({
            device,
            period_ms: ofLengths.at(-1)?.periodMs ?? ofDevices.periodMs,
            ...countsOf(ofLengths),
            unscheduled: ofLengths.reduce((sum, { unscheduled }) => sum + countTicks(unscheduled), 0),
            values: valuesOf(ofLengths),
            ...(query.device === undefined ? {} : { points: pointsOf(ofLengths) }),
            ...periods(ofLengths),
          })),
          ...periods(devices),
        };
      },
    }),
  ];
}

function intervalsAsked(
  {
    interval = '',
    time_zone: zone,
    utc_offset: offset,
  }: Pick<CompletenessQuery, 'interval' | 'time_zone' | 'utc_offset'>,
  intervalMs: number | undefined,
): IntervalAt | undefined {
  const utcOffsetMs = utcOffsetOf(offset);
  if (intervalMs === undefined) return undefined;
  if (zone === undefined) return intervalsSince1970(intervalMs, utcOffsetMs);
  return periodAt(clockOfZone(zone), calendarInterval(interval));
}

function isBehind([startMs, index]: readonly [number, number], after: readonly [number, number]): boolean {
  return startMs > after[0] || (startMs === after[0] && index > after[1]);
}

function refuseTooManyPeriods({ devices }: SessionAccount, intervalMs: number): void {
  const periods = devices.reduce((sum, device) => sum + countIntervals(device, intervalMs), 0);
  if (periods <= periodsAtMost) return;
  throw new Problem('too_many_periods', accountingText('too_many_periods', { periodsAtMost }));
}
