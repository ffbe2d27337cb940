import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import {
  type OwnershipPage,
  type OwnershipSpan,
  ownershipPageSchema,
  ownershipQuerySchema,
} from '@holdfast/shared/contracts/http/ownership-http.ts';
import { bucketsOf, lifeOf } from '../accounting/ribbon.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { type Route, route } from '../http/route.ts';
import { timeAsked } from '../http/time-asked.ts';
import { type Evidence, EvidenceHead, evidenceOf, sessionOf } from './evidence.ts';
import type { EvidenceSources } from './evidence-sources.ts';
import { holdersWithin, ownershipSpans } from './ownership-spans.ts';
import { sessionsWithin } from './sessions-within.ts';
import type { TimeAsked } from './time-asked.ts';

/** A session that changes its holder more often is told by its newest; its events have the rest. */
const spansAtMost = 500;

/** Who held which session when, and what each change cost. */
export function ownershipRoute({ accounting, samples }: EvidenceSources): Route {
  return route({
    method: 'GET',
    url: '/api/acquisition/ownership',
    role: 'viewer',
    sites: 'own',
    tag: 'Data',
    summary: 'See who held which session when',
    schema: { querystring: ownershipQuerySchema, response: { 200: ownershipPageSchema } },
    handler: async (request): Promise<OwnershipPage> => {
      const { limit, cursor, from, to, ...filter } = request.query;
      const time = timeAsked({ from, to });
      const { rows, next } = await sessionsWithin(accounting.database, {
        ...filter,
        ...time,
        sites: request.grantedSites,
        limit,
        before: decodeCursor(cursor),
      });
      const head = new EvidenceHead(time);
      const results: OwnershipPage['results'] = [];
      for await (const evidence of evidenceOf(accounting, rows, time, head)) {
        const { row, past } = evidence;
        const spans = await spansOf(samples, evidence, time);
        results.push({
          ...sessionOf(row),
          is_latest: row.is_latest,
          period_ms: row.period_ms,
          error_message: row.status === 'error' ? row.error_message : null,
          life: lifeOf({ status: row.status, intervals: past.intervals }, bucketsOf(time.from, time.to, 1)),
          ...spans,
        });
      }
      return { ...head.view(), results, next_cursor: encodeCursor(next) };
    },
  });
}

/** @throws SampleStoreUnavailable */
export async function spansOf(
  samples: Pick<SampleStore, 'firstTicks'>,
  { row, devices = [], past }: Evidence,
  { from, to }: TimeAsked,
): Promise<{ spans: OwnershipSpan[]; spans_left_out: number }> {
  const window = { fromMs: from.getTime(), toMs: to.getTime() };
  const all = holdersWithin(past.holders, window);
  const holders = all.slice(-spansAtMost);
  const [first] = holders;
  const firstTicks = first
    ? await samples.firstTicks(
        devices.map(({ device }) => ({ session: row.session_id, device, epoch: first.epoch - 1 })),
      )
    : [];
  return {
    spans: ownershipSpans(holders, { ...window, devices, firstTicks }),
    spans_left_out: all.length - holders.length,
  };
}
