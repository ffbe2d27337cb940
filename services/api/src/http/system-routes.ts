import {
  type QuarantinedView,
  quarantinedViewSchema,
  quarantinePageSchema,
  quarantineQuerySchema,
  sentAgainSchema,
  sinksSchema,
} from '@holdfast/shared/contracts/http/system-http.ts';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Database } from '../database/open-database.ts';
import type { Quarantined, QuarantineStore, Sinks } from '../ports.ts';
import { resendable, wouldBeFenced } from '../system/send-again.ts';
import { sinksView } from '../system/sinks-view.ts';
import { ApiProblem, notFound } from './api-problem.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

const params = z.object({ sequence: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) });
const bodyStartLength = 200;

export interface SystemSources {
  readonly database: Database;
  readonly quarantine: QuarantineStore;
  readonly sinks: Sinks;
}

/** Below /api/system: what operators look at when something is wrong. */
export function systemRoutes({ database, quarantine, sinks }: SystemSources): FastifyPluginCallbackZod {
  const known = async (sequence: number): Promise<Quarantined> => {
    const found = await quarantine.read(sequence);
    if (!found) throw notQuarantined(sequence);
    return found;
  };
  return (app, _options, done) => {
    app.get('/sinks', { schema: { response: { 200: sinksSchema } } }, async () => {
      const [backlog, statuses, outboxes] = await Promise.all([
        sinks.backlog(),
        sinks.statuses(),
        sinks.outboxes(),
      ]);
      return sinksView({ backlog, statuses, outboxes }, Date.now());
    });
    app.get(
      '/quarantine',
      { schema: { querystring: quarantineQuerySchema, response: { 200: quarantinePageSchema } } },
      async ({ query: { limit, cursor, stream } }) => {
        const found = await quarantine.list({ after: decodeCursor(cursor) ?? 0, limit: limit + 1, stream });
        const page = found.slice(0, limit);
        return {
          results: page.map((item) => {
            const { body, ...view } = quarantinedView(item);
            return { ...view, body_start: body.slice(0, bodyStartLength) };
          }),
          next_cursor: encodeCursor(found.length > limit ? page.at(-1)?.sequence : undefined),
        };
      },
    );
    app.get(
      '/quarantine/:sequence',
      { schema: { params, response: { 200: quarantinedViewSchema } } },
      async (request) => quarantinedView(await known(request.params.sequence)),
    );
    app.delete('/quarantine/:sequence', { schema: { params } }, async (request, reply) => {
      const { sequence } = request.params;
      if (!(await quarantine.delete(sequence))) throw notQuarantined(sequence);
      request.log.warn({ sequence }, 'a quarantined message was deleted');
      return reply.code(204).send();
    });
    app.post(
      '/quarantine/:sequence/send-again',
      { schema: { params, response: { 200: sentAgainSchema } } },
      async (request) => {
        const { sequence } = request.params;
        const asked = resendable(await known(sequence));
        if (!asked.ok) throw notSentAgain(sequence, asked.why);
        const { stream, subject, body } = asked;
        const fenced = await wouldBeFenced(database, body);
        if (fenced !== undefined) throw notSentAgain(sequence, fenced);
        // Deleted only when it is stored there: a repeat does no harm, a loss does.
        const sentAs = await quarantine.sendAgain({ subject, body, sequence });
        await quarantine.delete(sequence);
        request.log.info({ sequence, subject, sent_as: sentAs }, 'a quarantined message was sent again');
        const detail = `It is number ${sentAs} of ${stream} now. What still cannot be processed comes back here.`;
        return { sequence, stream, subject, sent_as: sentAs, detail };
      },
    );
    done();
  };
}

function quarantinedView(item: Quarantined): QuarantinedView {
  const { sequence, message, text, storedAtMs } = item;
  const body = message?.body ?? text;
  return {
    sequence,
    stream: message?.stream ?? '',
    subject: message?.subject ?? '',
    original_sequence: message?.sequence ?? 0,
    reason: message?.reason ?? 'this release does not know the form of what was put away',
    time: message?.time ?? new Date(storedAtMs).toISOString(),
    body_length: body.length,
    can_be_sent_again: resendable(item).ok,
    body,
  };
}

function notQuarantined(sequence: number): ApiProblem {
  return notFound('quarantined_message_not_found', `There is no message ${sequence} in quarantine.`);
}

function notSentAgain(sequence: number, why: string): ApiProblem {
  return new ApiProblem({
    status: 409,
    code: 'cannot_be_sent_again',
    title: 'This message cannot be sent again',
    detail: `Message ${sequence} stays in quarantine: ${why}.`,
  });
}
