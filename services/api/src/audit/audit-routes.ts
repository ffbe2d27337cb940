import { Readable } from 'node:stream';
import {
  type AuditFilter,
  auditFilterSchema,
  auditPageSchema,
  auditQuerySchema,
} from '@holdfast/shared/contracts/http/access-http.ts';
import { auditCursor } from '@holdfast/shared/contracts/http/page.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Database } from '../database/open-database.ts';
import { cursorBehind, positionOf } from '../http/cursor.ts';
import { type Route, route } from '../http/route.ts';
import { validationFailed } from '../problems/problem.ts';
import { timeOf } from '../times/relative-time.ts';
import type { AuditProjection } from './audit-projection.ts';
import { type AuditPosition, type AuditSearch, searchAudit } from './search-audit.ts';

const exportedAtOnce = 1_000;

export function auditRoutes(database: Database, projection: Pick<AuditProjection, 'caughtUp'>): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/system/audit',
      role: 'administrator',
      sites: 'all',
      tag: 'Access',
      summary: 'Search the audit log',
      about:
        'Newest first. `actor` is the authenticated caller, `claimed` the header `X-Operator`. `outcome` is `done`, `refused`, `failed` or `unknown`; `requested` before a point is written. `target=session 7-3` finds what was done to that session, `trace` (`data.trace_id` of an event) the command behind an event. Refused reads have the action `api.read`.',
      schema: { querystring: auditQuerySchema, response: { 200: auditPageSchema } },
      handler: async ({ query }) => {
        const { limit, cursor } = query;
        const search = searchOf(query);
        const after = positionOf(auditCursor, cursor);
        await projection.caughtUp();
        // One more entry shows whether there is a next page.
        const { entries } = await searchAudit(database, search, { after, limit: limit + 1, order: 'older' });
        const results = entries.slice(0, limit).map(({ view }) => view);
        const isLast = entries.length <= limit;
        const last = isLast ? undefined : entries[limit - 1]?.position;
        return { results, next_cursor: cursorBehind(auditCursor, last) };
      },
    }),
    route({
      method: 'GET',
      url: '/api/system/audit/export',
      role: 'administrator',
      sites: 'all',
      tag: 'Access',
      summary: 'Download the audit log, oldest first',
      about: 'One JSON entry per line (`application/jsonl`).',
      answer: { type: 'application/jsonl', description: 'An entry as JSON in each line, in UTF-8' },
      schema: { querystring: auditFilterSchema },
      handler: async ({ query }, reply) => {
        const search = searchOf(query);
        await projection.caughtUp();
        const pageAfter = (after: AuditPosition | undefined) =>
          searchAudit(database, search, { after, limit: exportedAtOnce, order: 'newer' });
        // An outage before the first byte is answered as one; a later one can only break the answer off.
        const first = await pageAfter(undefined);
        const lines = async function* () {
          for (let page = first; page.entries.length > 0; ) {
            yield page.entries.map(({ view }) => `${JSON.stringify(view)}\n`).join('');
            page = await pageAfter(page.entries.at(-1)?.position);
          }
        };
        const day = new Date().toISOString().slice(0, 10);
        return reply
          .type('application/jsonl; charset=utf-8')
          .header('content-disposition', `attachment; filename="holdfast-audit-${day}.jsonl"`)
          .send(Readable.from(lines()));
      },
    }),
  ];
}

function searchOf({ from, to, ...query }: AuditFilter): AuditSearch {
  const now = new Date();
  const search = {
    ...query,
    from: from ? timeOf('from', from, now) : undefined,
    to: to ? timeOf('to', to, now) : undefined,
  };
  if (search.from && search.to && search.from >= search.to) {
    throw validationFailed([{ path: 'from', message: fieldText('must_be_before', { other: 'to' }) }]);
  }
  return search;
}
