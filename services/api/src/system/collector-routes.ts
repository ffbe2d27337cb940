import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import { faultInChinese } from '@holdfast/drivers/fault-words.ts';
import { noFieldsSchema } from '@holdfast/shared/contracts/http/closed-object.ts';
import {
  collectorMovesQuerySchema,
  collectorMovesSchema,
  collectorsSchema,
  drainBodySchema,
  drainedSchema,
} from '@holdfast/shared/contracts/http/collectors-http.ts';
import { idPattern } from '@holdfast/shared/contracts/subjects.ts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { traceParentOf } from '../http/request-trace.ts';
import { type Route, route } from '../http/route.ts';
import type { Collectors, KnownCollector } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { languageOf } from '../problems/wanted-language.ts';
import { timeOf } from '../times/relative-time.ts';
import { collectorMoves } from './collector-moves.ts';
import { type CollectorsSources, collectorsView } from './collectors-view.ts';
import { requireOthers } from './require-others.ts';

const params = z.object({ id: z.string().describe('Collector id') });

export function collectorRoutes(
  sources: CollectorsSources & { readonly collectors: Pick<Collectors, 'list' | 'drain'> },
): Route[] {
  const { database, collectors } = sources;
  const ask = async (
    collector: KnownCollector,
    kind: 'drain' | 'undrain',
    request: FastifyRequest,
  ): Promise<{ sessions: number; draining: boolean }> => {
    const { id } = collector;
    const outcome = await collectors.drain(id, kind, traceParentOf(request.raw));
    if (outcome.ok && outcome.reply.kind === 'drained') return outcome.reply;
    if (!outcome.ok && outcome.why === 'silent') {
      throw new Problem(
        'collector_silent',
        both(
          `Collector ${id} may have heard it: the list of collectors shows its state. It can be asked again.`,
          `采集器 ${id} 可能已收到：其状态见采集器列表。可以再次请求。`,
        ),
      );
    }
    throw notUp(
      id,
      outcome.ok && outcome.reply.kind === 'refused'
        ? both(outcome.reply.detail, faultInChinese(outcome.reply.detail))
        : both('it is not there', '它不在线'),
    );
  };
  const requireCollector = async (
    id: string,
  ): Promise<{ collector: KnownCollector; others: KnownCollector[] }> => {
    const all = idPattern.test(id) ? await collectors.list() : [];
    const collector = all.find((each) => each.id === id);
    if (!collector)
      throw new Problem(
        'collector_not_found',
        both(`There is no collector ${id.slice(0, 100)}.`, `没有采集器 ${id.slice(0, 100)}。`),
      );
    if (collector.state === 'given_up')
      throw notUp(id, both('it has ended, or was declared dead', '它已退出，或已被判定失联'));
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
        const sessionsInWords = sessions === 1 ? 'session' : `${sessions} sessions`;
        const whoTakes =
          sessions === 0
            ? both('It has no session.', '它没有持有会话。')
            : both(
                `Others take its ${sessionsInWords}, as far as they can.`,
                `其 ${sessions} 个会话由其他采集器尽量接管。`,
              );
        const detail = both(
          `${whoTakes.en} It gets no work until it is started again or undrained.`,
          `${whoTakes.zh}重新启动或恢复接收会话之前，它不会再分到工作。`,
        )[languageOf(request)];
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
        const detail = both(
          'It gets work again: what is started, and its share of what runs.',
          '它重新工作：会分到新启动的会话，以及运行中会话的应有份额。',
        )[languageOf(request)];
        return { id: collector.id, state: 'active' as const, sessions, detail };
      },
    }),
  ];
}

function notUp(id: string, why: InBoth): Problem {
  return new Problem('collector_not_up', both(`Collector ${id}: ${why.en}.`, `采集器 ${id}：${why.zh}。`));
}
