import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import { noFieldsSchema } from '@holdfast/shared/contracts/http/closed-object.ts';
import {
  deleteQuarantinedSchema,
  manyDeletedSchema,
  manyQuarantinedSchema,
  manySentAgainSchema,
  type QuarantinedView,
  quarantinedViewSchema,
  quarantinePageSchema,
  quarantineQuerySchema,
  sentAgainSchema,
  sinksSchema,
} from '@holdfast/shared/contracts/http/system-http.ts';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import type { Quarantined, QuarantineStore, Sinks } from '../ports.ts';
import { ApiProblem, notFound } from '../problems/api-problem.ts';
import { takeMatching } from './matching-quarantine.ts';
import { resendable, sendAgain } from './send-again.ts';
import { sinksView } from './sinks-view.ts';

const params = z.object({
  sequence: z.coerce
    .number()
    .int()
    .positive()
    .max(Number.MAX_SAFE_INTEGER)
    .describe('Place of the message in QUARANTINE'),
});
const bodyStartLength = 200;
const keptNamed = 20;

export interface SystemSources {
  readonly samples: Pick<SampleStore, 'firstTicks'>;
  readonly quarantine: QuarantineStore;
  readonly sinks: Sinks;
}

/** Below /api/system: what operators look at when something is wrong. */
export function systemRoutes({ samples, quarantine, sinks }: SystemSources): FastifyPluginCallbackZod {
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
      async ({ query: { limit, cursor, ...filter } }) => {
        const after = decodeCursor(cursor) ?? 0;
        const found = await takeMatching(quarantine, filter, { after, limit: limit + 1 });
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
      { schema: { params, body: noFieldsSchema, response: { 200: sentAgainSchema } } },
      async (request) => {
        const { sequence } = request.params;
        const sent = await sendAgain({ quarantine, samples }, await known(sequence));
        if (!sent.ok) throw notSentAgain(sequence, sent.why);
        const { stream, subject, sentAs } = sent;
        request.log.info({ sequence, subject, sent_as: sentAs }, 'a quarantined message was sent again');
        const detail = `It is number ${sentAs} of ${stream} now. What still cannot be processed comes back here.`;
        return { sequence, stream, subject, sent_as: sentAs, detail };
      },
    );
    app.post(
      '/quarantine/send-again',
      {
        schema: {
          querystring: manyQuarantinedSchema,
          // A filter that stands in the body by mistake must not send everything again.
          body: noFieldsSchema,
          response: { 200: manySentAgainSchema },
        },
      },
      async (request) => {
        const { limit, ...filter } = request.query;
        const found = await takeMatching(quarantine, filter, { after: 0, limit });
        let sent = 0;
        const kept: { sequence: number; detail: string }[] = [];
        for (const item of found) {
          const outcome = await sendAgain({ quarantine, samples }, item);
          if (outcome.ok) sent += 1;
          else kept.push({ sequence: item.sequence, detail: outcome.why });
        }
        request.log.info({ ...filter, sent, kept: kept.length }, 'quarantined messages were sent again');
        return {
          sent,
          kept: kept.length,
          kept_because: kept.slice(0, keptNamed),
          limit_reached: found.length === limit,
        };
      },
    );
    app.delete(
      '/quarantine',
      {
        schema: {
          querystring: deleteQuarantinedSchema,
          // As above: half of a filter in the body would delete what the other half names.
          body: noFieldsSchema,
          response: { 200: manyDeletedSchema },
        },
      },
      async (request) => {
        const { limit, ...filter } = request.query;
        const found = await takeMatching(quarantine, filter, { after: 0, limit });
        let deleted = 0;
        for (const { sequence } of found) if (await quarantine.delete(sequence)) deleted += 1;
        request.log.warn({ ...filter, deleted }, 'quarantined messages were deleted');
        return { deleted, limit_reached: found.length === limit };
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
