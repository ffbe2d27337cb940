import * as z from 'zod';
import { accountOfCollector, look } from './accounts.ts';
import { durableNames, inboxPrefix, subjects } from './subjects.ts';

/**
 * Request and reply on `consumers.<account>.<stream>[.<name>[.<filter>]]`, not stored: an account without JetStream asks for a
 * consumer, by the subject and body of JetStream's own request. Accounts import only what their permissions name.
 */
const bodySchema = z.looseObject({
  stream_name: z.string(),
  config: z.looseObject({
    name: z.string().optional(),
    durable_name: z.string().optional(),
    deliver_subject: z.string().optional(),
    inactive_threshold: z.number().optional(),
  }),
});

export type JudgedRequest =
  | { readonly ok: true; readonly subject: string; readonly body: string }
  | { readonly ok: false; readonly why: string };

const dayNs = 24 * 3_600 * 1e9;
const prefix = subjects.consumerRequests.slice(0, -1);

/** The request to send to JetStream instead of this one, or why there is none. */
export function judgeConsumerRequest(subject: string, body: unknown): JudgedRequest {
  const [account = '', stream = '', ...rest] = subject.slice(prefix.length).split('.');
  const read = bodySchema.safeParse(body);
  if (!read.success) return { ok: false, why: 'the request cannot be read' };
  const { stream_name, config } = read.data;
  if (stream_name !== stream) return { ok: false, why: 'the stream is another one than in the subject' };
  const refused = account === look ? refusedToLook(config) : refusedToCollector(account, config);
  if (refused !== undefined) return { ok: false, why: refused };
  return {
    ok: true,
    subject: ['$JS.API.CONSUMER.CREATE', stream, ...rest].join('.'),
    // Made and not changed: a consumer of that name may be somebody else's.
    body: JSON.stringify(account === look ? { ...read.data, action: 'create' } : read.data),
  };
}

type Config = z.infer<typeof bodySchema>['config'];

function refusedToLook(config: Config): string | undefined {
  const name = config.durable_name ?? config.name;
  const { projector, writer, collector } = durableNames;
  if (name !== undefined && (name === projector || name === writer || name.startsWith(collector('')))) {
    return `${name} is the consumer of a service`;
  }
  const endsAfterNs = config.inactive_threshold ?? 0;
  if ((config.durable_name !== undefined && endsAfterNs === 0) || endsAfterNs > dayNs) {
    return 'a consumer for looking ends by itself: it needs an inactive_threshold of a day at most';
  }
  return refusedDelivery(config, `${inboxPrefix('operator')}.`);
}

function refusedToCollector(account: string, config: Config): string | undefined {
  const id = account.slice(accountOfCollector('').length);
  return refusedDelivery(config, `${subjects.deliveredTo(id)}.`);
}

/** Delivered elsewhere, its messages would be requests or answers to somebody else. */
function refusedDelivery({ deliver_subject: to }: Config, allowed: string): string | undefined {
  if (to === undefined || to === '' || to.startsWith(allowed)) return undefined;
  return `it may deliver below ${allowed} only`;
}
