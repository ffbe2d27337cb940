import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import { noFieldsSchema } from '@holdfast/shared/contracts/http/closed-object.ts';
import {
  deleteQuarantinedSchema,
  manyDeletedSchema,
  manyQuarantinedSchema,
  type QuarantinedView,
  quarantinedViewSchema,
  quarantinePageSchema,
  quarantineQuerySchema,
  resendResultSchema,
  resendSummarySchema,
  sendAgainBodySchema,
  sinksSchema,
} from '@holdfast/shared/contracts/http/system-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { type Route, route } from '../http/route.ts';
import type { Quarantined, QuarantineStore, Sinks } from '../ports.ts';
import { localize } from '../problems/localize.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import { type QuarantineFilter, takeMatching } from './matching-quarantine.ts';
import { resendable, sendAgain } from './send-again.ts';
import { sinksView } from './sinks-view.ts';
import { systemText } from './texts.ts';

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

/** Routes for operators when something is wrong. */
export function systemRoutes({ samples, quarantine, sinks }: SystemSources): Route[] {
  const requireMessage = async (sequence: number): Promise<Quarantined> => {
    const message = await quarantine.read(sequence);
    if (!message) throw notQuarantined(sequence);
    return message;
  };
  return [
    route({
      method: 'GET',
      url: '/api/system/sinks',
      role: 'viewer',
      sites: 'all',
      tag: 'System',
      summary: 'Show whether samples reach their database',
      about:
        '`status` is `ok`, `refusing` (values of some sessions go to quarantine), `failing` or `no_writer`. `settled_sequence`: every sample up to there has been dealt with. `collectors` says what has not reached the stream yet.',
      schema: { response: { 200: sinksSchema } },
      handler: async () => {
        const [backlog, statuses, outboxes] = await Promise.all([
          sinks.backlog(),
          sinks.statuses(),
          sinks.outboxes(),
        ]);
        return sinksView({ backlog, statuses, outboxes }, Date.now());
      },
    }),
    route({
      method: 'GET',
      url: '/api/system/quarantine',
      role: 'viewer',
      sites: 'all',
      tag: 'System',
      summary: 'List what could not be processed',
      about: 'Oldest first, with the reason and the first 200 characters.',
      schema: { querystring: quarantineQuerySchema, response: { 200: quarantinePageSchema } },
      handler: async ({ query: { limit, cursor, after: from = 0, ...filter } }) => {
        const after = Math.max(from, decodeCursor(cursor) ?? 0);
        const items = await takeMatching(quarantine, filter, { after, limit: limit + 1 });
        const page = items.slice(0, limit);
        return {
          results: page.map((item) => {
            const { body, ...view } = quarantinedView(item);
            return { ...view, body_start: body.slice(0, bodyStartLength) };
          }),
          next_cursor: encodeCursor(items.length > limit ? page.at(-1)?.sequence : undefined),
        };
      },
    }),
    route({
      method: 'GET',
      url: '/api/system/quarantine/:sequence',
      role: 'viewer',
      sites: 'all',
      tag: 'System',
      summary: 'Read a quarantined message',
      schema: { params, response: { 200: quarantinedViewSchema } },
      handler: async (request) => quarantinedView(await requireMessage(request.params.sequence)),
    }),
    route({
      method: 'DELETE',
      url: '/api/system/quarantine/:sequence',
      role: 'engineer',
      sites: 'all',
      action: 'quarantine.delete',
      tag: 'System',
      summary: 'Delete a quarantined message',
      schema: { params },
      handler: async (request, reply) => {
        const { sequence } = request.params;
        if (!(await quarantine.delete(sequence))) throw notQuarantined(sequence);
        request.log.warn({ sequence }, 'a quarantined message was deleted');
        return reply.code(204).send();
      },
    }),
    route({
      method: 'POST',
      url: '/api/system/quarantine/:sequence/send-again',
      role: 'engineer',
      sites: 'all',
      action: 'quarantine.send_again',
      fresh: isVouchedFor,
      tag: 'System',
      summary: 'Process a quarantined message again',
      about:
        'Returns it to its subject. Samples only; if another epoch has followed theirs, only those that first arrived before that. `trust_epoch` accepts the `lost_epoch` of a restored log and needs a fresh login.',
      schema: { params, body: sendAgainBodySchema, response: { 200: resendResultSchema } },
      handler: async (request) => {
        const { sequence } = request.params;
        const upTo = await quarantine.lastSequence();
        const sent = await sendAgain(
          { quarantine, samples },
          await requireMessage(sequence),
          trusted(request.body),
        );
        if (!sent.ok) throw notSentAgain(sequence, sent.why);
        const { stream, subject, sentAs } = sent;
        request.log.info({ sequence, subject, sent_as: sentAs }, 'a quarantined message was sent again');
        const detail = localize(systemText('it_is_number_of_now', { sentAs, stream }));
        return { sequence, stream, subject, sent_as: sentAs, quarantined_up_to: upTo, detail };
      },
    }),
    route({
      method: 'POST',
      url: '/api/system/quarantine/send-again',
      role: 'engineer',
      sites: 'all',
      action: 'quarantine.send_many_again',
      fresh: isVouchedFor,
      tag: 'System',
      summary: 'Process many quarantined messages again',
      schema: {
        querystring: manyQuarantinedSchema,
        // A filter that is in the body by mistake must not send everything again.
        body: sendAgainBodySchema,
        response: { 200: resendSummarySchema },
      },
      handler: async (request) => {
        const { limit, ...wantedMessages } = request.query;
        const { trustEpoch } = trusted(request.body);
        if (trustEpoch) requireWhatWasSeen(wantedMessages);
        const filter = { ...wantedMessages, ...(trustEpoch && { lost_epoch: true }) };
        const upTo = await quarantine.lastSequence();
        const items = await takeMatching(quarantine, filter, { after: 0, limit });
        let sent = 0;
        let lastSentAs = 0;
        const refused: { sequence: number; detail: string }[] = [];
        for (const item of items) {
          const outcome = await sendAgain({ quarantine, samples }, item, { trustEpoch });
          if (outcome.ok) {
            sent += 1;
            lastSentAs = Math.max(lastSentAs, outcome.sentAs);
          } else refused.push({ sequence: item.sequence, detail: outcome.why });
        }
        request.log.info(
          { ...filter, trust_epoch: trustEpoch, sent, kept: refused.length },
          'quarantined messages were sent again',
        );
        return {
          sent,
          kept: refused.length,
          kept_because: refused.slice(0, keptNamed),
          limit_reached: items.length === limit,
          last_sent_as: sent > 0 ? lastSentAs : null,
          quarantined_up_to: upTo,
        };
      },
    }),
    route({
      method: 'DELETE',
      url: '/api/system/quarantine',
      role: 'engineer',
      sites: 'all',
      action: 'quarantine.delete_many',
      tag: 'System',
      summary: 'Delete many quarantined messages',
      about: 'Needs `stream` or `reason`.',
      schema: {
        querystring: deleteQuarantinedSchema,
        // As above: half of a filter in the body would delete what the other half names.
        body: noFieldsSchema,
        response: { 200: manyDeletedSchema },
      },
      handler: async (request) => {
        const { limit, ...filter } = request.query;
        const items = await takeMatching(quarantine, filter, { after: 0, limit });
        let deleted = 0;
        for (const { sequence } of items) if (await quarantine.delete(sequence)) deleted += 1;
        request.log.warn({ ...filter, deleted }, 'quarantined messages were deleted');
        return { deleted, limit_reached: items.length === limit };
      },
    }),
  ];
}

/** A person who vouches for what nothing proves has to be there himself. */
const isVouchedFor = (body: unknown) => (body as { trust_epoch?: boolean } | null)?.trust_epoch === true;

function trusted(body: z.infer<typeof sendAgainBodySchema>): { readonly trustEpoch: boolean } {
  return { trustEpoch: body?.trust_epoch ?? false };
}

/**
 * Requires a caller who vouches for many messages to say whose they are and how far they have looked, so that what
 * came meanwhile is not among them.
 */
function requireWhatWasSeen({ collector, up_to: upTo }: QuarantineFilter): void {
  const missing = [
    ...(collector === undefined ? [{ path: 'collector', message: fieldText('trust_epoch_collector') }] : []),
    ...(upTo === undefined ? [{ path: 'up_to', message: fieldText('trust_epoch_position') }] : []),
  ];
  if (missing.length > 0) throw validationFailed(missing);
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
    lost_epoch: message?.lost_epoch ?? null,
    time: message?.time ?? new Date(storedAtMs).toISOString(),
    body_length: body.length,
    can_be_sent_again: resendable(item).ok,
    body,
  };
}

function notQuarantined(sequence: number): Problem {
  return new Problem(
    'quarantined_message_not_found',
    systemText('quarantined_message_not_found', { sequence }),
  );
}

function notSentAgain(sequence: number, why: string): Problem {
  return new Problem('cannot_be_sent_again', systemText('cannot_be_sent_again', { sequence, why }));
}
