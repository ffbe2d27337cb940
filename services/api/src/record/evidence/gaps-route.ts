import {
  type GapOfAll,
  type GapsOfAll,
  gapsOfAllQuerySchema,
  gapsOfAllSchema,
} from '@holdfast/shared/contracts/http/gaps-of-all-http.ts';
import { gapOfAllCursor } from '@holdfast/shared/contracts/http/page.ts';
import { cursorBehind, positionOf } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import { timeRangeOf } from '../../times/time-range.ts';
import { accountingAt } from '../accounting/account-for-session.ts';
import { eventsBehind, eventsOfTrace } from '../accounting/gap-events.ts';
import { EvidenceHead, evidenceOf } from './evidence.ts';
import type { EvidenceSources } from './evidence-sources.ts';
import { jointGaps } from './joint-gaps.ts';
import { sessionsWithin } from './sessions-within.ts';

const sessionsAtMost = 5_000;

type Position = ReturnType<typeof gapOfAllCursor.read>;

interface Placed {
  readonly position: Position;
  readonly gap: Omit<GapOfAll, 'events'>;
  readonly events: readonly number[];
}

/** Route for the gaps of all sessions, each listed once for all devices that have it. */
export function gapsRoute({ accounting }: EvidenceSources): Route {
  return route({
    method: 'GET',
    url: '/api/acquisition/gaps',
    role: 'viewer',
    sites: 'own',
    tag: 'Data',
    summary: 'List what all sessions miss, and why',
    about:
      'Oldest first. What several devices of a session miss together is one gap, with the `ticks` of all.',
    schema: { querystring: gapsOfAllQuerySchema, response: { 200: gapsOfAllSchema } },
    handler: async (request): Promise<GapsOfAll> => {
      const { limit, cursor, from, to, device, cause, trace, ...filter } = request.query;
      const sites = request.grantedSites;
      const time = timeRangeOf({ from, to });
      const after = positionOf(gapOfAllCursor, cursor);
      const causes = cause && new Set(cause);
      const { database } = accounting;
      const traced = trace === undefined ? undefined : await eventsOfTrace(database, trace);
      const { rows } = await sessionsWithin(database, {
        ...filter,
        ...time,
        sites,
        limit: sessionsAtMost,
      });
      const head = new EvidenceHead(time);
      const only = device === undefined ? undefined : new Set([device]);
      // One more gap than fits shows that there is a next page; the rest is not kept.
      let placedGaps: Placed[] = [];
      for await (const { row, devices = [] } of evidenceOf(accountingAt(accounting, sites), rows, time, {
        ...head,
        only,
      })) {
        const { session_id, task_code, first_sequence } = row;
        const own = jointGaps(devices)
          .map(
            ({ startMs, events, view }, place): Placed => ({
              events,
              position: [startMs, first_sequence, place],
              gap: { session_id, task_code, ...view },
            }),
          )
          .filter(({ position, gap }) => !isBefore(position, after) && (!causes || causes.has(gap.cause)))
          .filter(({ events }) => !traced || events.some((event) => traced.has(event)));
        if (own.length === 0) continue;
        placedGaps = [...placedGaps, ...own].sort(inOrder).slice(0, limit + 1);
      }
      const page = placedGaps.slice(0, limit);
      const behind = await eventsBehind(database, page, sites);
      const last = placedGaps.length > limit ? page.at(-1) : undefined;
      return {
        ...head.view(),
        results: page.map(({ gap, events }) => ({ ...gap, events: behind({ events }) })),
        next_cursor: cursorBehind(gapOfAllCursor, last?.position),
      };
    },
  });
}

function compare(one: Position, other: Position): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

const inOrder = (one: Placed, other: Placed) => compare(one.position, other.position);

/** Whether a gap was on an earlier page. */
function isBefore(position: Position, after: Position | undefined): boolean {
  return after !== undefined && compare(position, after) <= 0;
}
