import { Readable } from 'node:stream';
import {
  type Report,
  type ReportValues,
  reportCsvQuerySchema,
  reportQuerySchema,
  reportSchema,
  reportValuesQuerySchema,
  reportValuesSchema,
} from '@holdfast/shared/contracts/http/report-http.ts';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { clientGone } from '../../http/client-gone.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import { csvBytes, csvType, separatorOf } from '../../spreadsheets/write/csv-line.ts';
import { clockOfQuery } from '../../times/plant-clocks.ts';
import { timeRangeOf } from '../../times/time-range.ts';
import { eventsBehind } from '../accounting/gap-events.ts';
import { EvidenceHead } from './evidence.ts';
import { type EvidenceSources, sourcesAt } from './evidence-sources.ts';
import { evidenceWithHolders } from './evidence-with-holders.ts';
import { partsOf, partView, reportRow, type UntoldRow } from './report.ts';
import { csvHead, csvRows } from './report-csv.ts';
import { reportValues } from './report-values.ts';
import { type RowsWithin, sessionsWithin } from './sessions-within.ts';

const sessionsOfFile = 500;

/**
 * Routes for the report on a time, to print or as a table: what was due, what is there, what is missing and why, who
 * held it.
 */
export function reportRoutes(sources: EvidenceSources): Route[] {
  const { timeZone, accounting } = sources;
  const { database } = accounting;
  const begin = async (query: {
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly time_zone?: string | undefined;
    readonly split: 'none' | 'day' | 'shift';
    readonly site?: string | undefined;
  }) => {
    const time = timeRangeOf(query);
    const clock = clockOfQuery({ time_zone: query.time_zone }, timeZone);
    const parts = await partsOf(database, { clock, time, split: query.split, site: query.site });
    return { time, clock, parts };
  };
  return [
    route({
      method: 'GET',
      url: '/api/acquisition/report/values',
      role: 'viewer',
      sites: 'own',
      tag: 'Data',
      summary: 'Show minimum, mean, maximum and count of the values in such a time',
      about:
        'For each point of the devices in such a report, by part, next to the completeness of its device. Up to 500 points, and 1,500 points × parts.',
      schema: { querystring: reportValuesQuerySchema, response: { 200: reportValuesSchema } },
      handler: async (request, reply): Promise<ReportValues> => {
        const { time, clock, parts } = await begin(request.query);
        const figures = await reportValues(sourcesAt(sources, request.grantedSites), {
          ...request.query,
          ...{ sites: request.grantedSites, time, parts, signal: clientGone(reply) },
        });
        return { ...figures, time_zone: clock.zone, parts: parts.map(partView) };
      },
    }),
    route({
      method: 'GET',
      url: '/api/acquisition/report',
      role: 'viewer',
      sites: 'own',
      tag: 'Data',
      summary: 'Account for a shift, a day or any time',
      about:
        'For each session `counts`, `by_part`, its holders and its longest hundred gaps. `split` is `none`, `day`, or `shift` by the `shifts` of `site`.',
      schema: { querystring: reportQuerySchema, response: { 200: reportSchema } },
      handler: async (request): Promise<Report> => {
        const sites = request.grantedSites;
        const { limit, cursor, from: _, to: __, split: ___, time_zone: ____, ...filter } = request.query;
        const { time, clock, parts } = await begin(request.query);
        const { rows, next } = await sessionsWithin(database, {
          ...filter,
          ...time,
          sites,
          limit,
          before: decodeCursor(cursor),
        });
        const head = new EvidenceHead(time);
        const untold: UntoldRow[] = [];
        for await (const evidence of evidenceWithHolders(sourcesAt(sources, sites), rows, time, head)) {
          untold.push(reportRow(evidence, parts, time));
        }
        const behind = await eventsBehind(
          database,
          untold.flatMap(({ gaps }) => gaps),
          sites,
        );
        return {
          ...head.view(),
          time_zone: clock.zone,
          parts: parts.map(partView),
          results: untold.map((row) => ({
            ...row,
            gaps: row.gaps.map((gap) => ({ ...gap, events: behind(gap) })),
          })),
          next_cursor: encodeCursor(next),
        };
      },
    }),
    route({
      method: 'GET',
      url: '/api/acquisition/report/csv',
      role: 'viewer',
      sites: 'own',
      tag: 'Data',
      summary: 'Download such an account as a table',
      answer: { type: 'text/csv', description: 'A line for each session and part of the time' },
      schema: { querystring: reportCsvQuerySchema },
      handler: async (request, reply) => {
        const sites: GrantedSites = request.grantedSites;
        const { title, encoding, separator: word, ...report } = request.query;
        const { from: _, to: __, split: ___, time_zone: ____, ...filter } = report;
        const separator = separatorOf({ separator: word });
        const { time, clock, parts } = await begin(request.query);
        const pageOf = (before: number | undefined) =>
          sessionsWithin(database, {
            ...filter,
            ...time,
            sites,
            limit: sessionsOfFile,
            before,
          });
        const first = await pageOf(undefined);
        // Before the first byte an outage can still be answered as one; later it can only break the answer off.
        await accounting.pasts.of(first.rows);
        const lines = async function* () {
          yield csvHead({ title, separator });
          for (let page: RowsWithin | undefined = first; page; ) {
            for await (const evidence of evidenceWithHolders(
              sourcesAt(sources, sites),
              page.rows,
              time,
              new EvidenceHead(time),
            )) {
              yield csvRows(reportRow(evidence, parts, time), { title, clock, parts, separator });
            }
            page = page.next === undefined ? undefined : await pageOf(page.next);
          }
        };
        const day = time.from.toISOString().slice(0, 10);
        return reply
          .type(csvType({ encoding }))
          .header('content-disposition', `attachment; filename="holdfast-report-${day}.csv"`)
          .send(Readable.from(csvBytes(lines(), { encoding }), { objectMode: false }));
      },
    }),
  ];
}
