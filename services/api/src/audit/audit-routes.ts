import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import {
  type AuditQuery,
  type AuditView,
  auditPageSchema,
  auditQuerySchema,
} from '@holdfast/shared/contracts/http/access-http.ts';
import { parseTraceParent } from '@holdfast/shared/contracts/trace-parent.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { timeOf } from '../http/relative-time.ts';
import { type Route, route } from '../http/route.ts';
import type { AuditLog } from '../ports.ts';
import { validationFailed } from '../problems/problem.ts';

const readAtOnce = 1_000;
/** A filter that matches little must not read all of the stream in one call. */
const readAtMost = 20_000;

export function auditRoutes(audit: AuditLog): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/system/audit',
      role: 'administrator',
      sites: 'all',
      tag: 'Access',
      summary: 'Read who changed what, and who was refused',
      schema: { querystring: auditQuerySchema, response: { 200: auditPageSchema } },
      handler: async ({ query }) => {
        const now = new Date();
        const fromMs = query.from ? timeOf('from', query.from, now).getTime() : Number.NEGATIVE_INFINITY;
        const toMs = query.to ? timeOf('to', query.to, now).getTime() : Number.POSITIVE_INFINITY;
        if (fromMs >= toMs) throw validationFailed([{ path: 'from', message: 'must be before to' }]);
        const results: AuditView[] = [];
        let before = decodeCursor(query.cursor);
        for (let read = 0; read < readAtMost; read += readAtOnce) {
          const { entries, next } = await audit.page({ before, max: readAtOnce });
          for (const { sequence, entry } of entries) {
            const timeMs = Date.parse(entry.time);
            // Entries stand in the order in which they were stored, which is not quite that of their times.
            if (timeMs < fromMs - 3_600_000) return { results, next_cursor: null };
            if (timeMs < fromMs || timeMs >= toMs || !isAsked(entry, query)) continue;
            if (results.length === query.limit) return { results, next_cursor: encodeCursor(sequence + 1) };
            const { v: _, ...view } = entry;
            results.push({ ...view, sequence });
          }
          if (next === undefined) return { results, next_cursor: null };
          before = next;
        }
        return { results, next_cursor: encodeCursor(before) };
      },
    }),
  ];
}

function isAsked(entry: AuditEntry, { who, target, action, outcome, trace }: AuditQuery): boolean {
  const has = (text: string, part: string | undefined) =>
    part === undefined || text.toLowerCase().includes(part.toLowerCase());
  const isAction = !action || entry.action === action || entry.action.startsWith(`${action}.`);
  return (
    isAction &&
    (has(entry.who, who) || has(entry.actor.id, who)) &&
    has(entry.target, target) &&
    (!outcome || entry.outcome === outcome) &&
    (!trace || parseTraceParent(entry.traceparent)?.traceId === trace)
  );
}
