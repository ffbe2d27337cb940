import {
  type OwnershipPage,
  type OwnershipRow,
  ownershipPageSchema,
  ownershipQuerySchema,
} from '@holdfast/shared/contracts/http/ownership-http.ts';
import type { ConfigLeg } from '@holdfast/shared/domain/session/config-legs.ts';
import { readWords } from '@holdfast/texts/bounded-text.ts';
import { findPlan, type PollingPlans } from '../../configuration/polling-plans.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import { localize } from '../../problems/localize.ts';
import { shownWords } from '../../sessions/projection/placement-words.ts';
import { presentShare } from '../../sessions/session-share.ts';
import { timeRangeOf } from '../../times/time-range.ts';
import { bucketsOf, lifeOf } from '../accounting/ribbon.ts';
import { EvidenceHead, sessionOf } from './evidence.ts';
import { type EvidenceSources, sourcesAt } from './evidence-sources.ts';
import { evidenceWithHolders } from './evidence-with-holders.ts';
import { sessionsWithin } from './sessions-within.ts';

/** Route for who held which session when, and what each change of holder cost. */
export function ownershipRoute(sources: EvidenceSources): Route {
  const { database } = sources.accounting;
  return route({
    method: 'GET',
    url: '/api/acquisition/ownership',
    role: 'viewer',
    sites: 'own',
    tag: 'Data',
    summary: 'See who held which session when',
    about:
      '`spans` of each session: the holder, its epoch, reason, start and end, and `missing_before`, the ticks that the change cost. `read_twice` should always be null.',
    schema: { querystring: ownershipQuerySchema, response: { 200: ownershipPageSchema } },
    handler: async (request): Promise<OwnershipPage> => {
      const { limit, cursor, from, to, ...filter } = request.query;
      const sites = request.grantedSites;
      const time = timeRangeOf({ from, to });
      const { rows, next } = await sessionsWithin(database, {
        ...filter,
        ...time,
        sites,
        limit,
        before: decodeCursor(cursor),
      });
      const head = new EvidenceHead(time);
      const results: OwnershipPage['results'] = [];
      for await (const { row, past, spans, spansLeftOut } of evidenceWithHolders(
        sourcesAt(sources, sites),
        rows,
        time,
        head,
      )) {
        results.push({
          ...sessionOf(row),
          is_latest: row.is_latest,
          periods: await taskPeriods(sources.accounting.plans, row, past.legs),
          error_message:
            row.status === 'error' && row.error_message !== null
              ? localize(
                  shownWords(readWords(row.error_message), presentShare(row, undefined, sites).isWhole),
                )
              : null,
          life: lifeOf({ status: row.status, intervals: past.intervals }, bucketsOf(time.from, time.to, 1)),
          spans,
          spans_left_out: spansLeftOut,
        });
      }
      return { ...head.view(), results, next_cursor: encodeCursor(next) };
    },
  });
}

/** The successive periods of a session's task, without those of lost versions. @throws DatabaseUnavailable */
export async function taskPeriods(
  plans: Pick<PollingPlans, 'of'>,
  { task_id, period_ms }: { readonly task_id: number; readonly period_ms: number | null },
  legs: readonly ConfigLeg[],
): Promise<OwnershipRow['periods']> {
  // The beginning of the session's log cannot be read, so only the present period is known.
  if (legs.length === 0) return period_ms === null ? [] : [{ from: null, period_ms }];
  const periods: OwnershipRow['periods'] = [];
  for (const { fromMs, configVersion } of legs) {
    const plan = await findPlan(plans, { task_id, config_version: configVersion });
    if (!plan || plan.periodMs === periods.at(-1)?.period_ms) continue;
    const from = Number.isFinite(fromMs) ? new Date(fromMs).toISOString() : null;
    periods.push({ from, period_ms: plan.periodMs });
  }
  return periods;
}
