import { noFieldsSchema } from '@holdfast/shared/contracts/http/closed-object.ts';
import {
  collectorMovesQuerySchema,
  collectorMovesSchema,
  collectorsSchema,
  drainBodySchema,
  drainedSchema,
} from '@holdfast/shared/contracts/http/collectors-http.ts';
import { idPattern } from '@holdfast/shared/contracts/subjects.ts';
import { inLanguage, type Words } from '@holdfast/texts/text.ts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { traceParentOf } from '../http/request-trace.ts';
import { type Route, route } from '../http/route.ts';
import type { CollectorRecord, Collectors } from '../ports.ts';
import { languageOf } from '../problems/negotiate-language.ts';
import { Problem } from '../problems/problem.ts';
import { timeOf } from '../times/relative-time.ts';
import { collectorMoves } from './collector-moves.ts';
import { type CollectorsSources, collectorsView } from './collectors-view.ts';
import { requireOthers } from './require-others.ts';
import { systemText } from './texts.ts';

const params = z.object({ id: z.string().describe('Collector id') });

export function collectorRoutes(
  sources: CollectorsSources & { readonly collectors: Pick<Collectors, 'list' | 'drain'> },
): Route[] {
  const { database, collectors } = sources;
  const ask = async (
    collector: CollectorRecord,
    kind: 'drain' | 'undrain',
    request: FastifyRequest,
  ): Promise<{ sessions: number; draining: boolean }> => {
    const { id } = collector;
    const outcome = await collectors.drain(id, kind, traceParentOf(request.raw));
    if (outcome.ok && outcome.reply.kind === 'drained') return outcome.reply;
    if (!outcome.ok && outcome.why === 'silent') {
      throw new Problem('collector_silent', systemText('collector_silent', { id }));
    }
    throw notUp(
      id,
      outcome.ok && outcome.reply.kind === 'refused' ? outcome.reply.detail : systemText('it_is_not_there'),
    );
  };
  const requireCollector = async (
    id: string,
  ): Promise<{ collector: CollectorRecord; others: CollectorRecord[] }> => {
    const all = idPattern.test(id) ? await collectors.list() : [];
    const collector = all.find((each) => each.id === id);
    if (!collector)
      throw new Problem('collector_not_found', systemText('collector_not_found', { id: id.slice(0, 100) }));
    if (collector.state === 'given_up') throw notUp(id, systemText('it_has_ended_or_was_declared'));
    return { collector, others: all.filter((each) => each.id !== id && each.state === 'active') };
  };

  return [
    route({
      method: 'GET',
      url: '/api/system/collectors',
      role: 'viewer',
      sites: 'all',
      tag: 'System',
      summary: 'List collectors',
      about:
        'Every collector that ever held a lease. `state` is `active`, `silent` (15 s), `draining`, `drained`, `ended` or `lost`. `load` is that of the last minute, reported every 5 s.',
      schema: { response: { 200: collectorsSchema } },
      handler: () => collectorsView(sources),
    }),
    route({
      method: 'GET',
      url: '/api/system/collectors/moves',
      role: 'viewer',
      sites: 'all',
      tag: 'System',
      summary: 'List moves of sessions between collectors',
      about:
        'Sessions that moved within a minute are one entry: `reason` is `failover`, `drain` or `rebalance`; `session_ids` has the first 20.',
      schema: { querystring: collectorMovesQuerySchema, response: { 200: collectorMovesSchema } },
      handler: async ({ query: { from, to, collector, limit, cursor } }) => {
        const now = new Date();
        const begin = from ? timeOf('from', from, now) : undefined;
        const end = to ? timeOf('to', to, now) : undefined;
        const offset = decodeCursor(cursor) ?? 0;
        const { moves, leftOut } = await collectorMoves(database, { begin, end, collector });
        const next = offset + limit;
        return {
          results: moves.slice(offset, next),
          left_out: leftOut,
          next_cursor: encodeCursor(next < moves.length ? next : undefined),
        };
      },
    }),
    route({
      method: 'POST',
      url: '/api/system/collectors/:id/drain',
      role: 'engineer',
      sites: 'all',
      action: 'collector.drain',
      tag: 'System',
      summary: 'Drain a collector: move its sessions to others',
      about:
        'Each session moves after its last tick. The collector stays up without work until it is restarted. 409 `last_collector` if the others cannot take all of them; with `force` the rest stay and are still read.',
      problems: { 504: 'The collector gave no answer in time' },
      schema: { params, body: drainBodySchema, response: { 200: drainedSchema } },
      handler: async (request) => {
        const { collector, others } = await requireCollector(request.params.id);
        if (request.body?.force !== true) await requireOthers(database, collector, others);
        const { sessions } = await ask(collector, 'drain', request);
        request.log.warn(
          { collector: collector.id, sessions },
          'a collector was asked to let go of its work',
        );
        const whoTakes =
          sessions === 0
            ? systemText('it_has_no_session')
            : sessions === 1
              ? systemText('others_take_its_session')
              : systemText('others_take_its_sessions', { sessions });
        const detail = inLanguage(
          systemText('it_gets_no_work_until', { taken: whoTakes }),
          languageOf(request),
        );
        return { id: collector.id, state: 'draining' as const, sessions, detail };
      },
    }),
    route({
      method: 'POST',
      url: '/api/system/collectors/:id/undrain',
      role: 'engineer',
      sites: 'all',
      action: 'collector.undrain',
      tag: 'System',
      summary: 'Let a drained collector work again',
      problems: { 504: 'The collector gave no answer in time' },
      schema: { params, body: noFieldsSchema, response: { 200: drainedSchema } },
      handler: async (request) => {
        const { collector } = await requireCollector(request.params.id);
        const { sessions } = await ask(collector, 'undrain', request);
        request.log.info({ collector: collector.id }, 'a collector was asked to work again');
        const detail = inLanguage(systemText('it_gets_work_again'), languageOf(request));
        return { id: collector.id, state: 'active' as const, sessions, detail };
      },
    }),
  ];
}

function notUp(id: string, why: Words): Problem {
  return new Problem('collector_not_up', systemText('collector_not_up', { id, why }));
}
