import * as z from 'zod';
import { durableNames, inboxPrefix, streamNames, subjects } from '../contracts/subjects.ts';
import { safeParseUntrusted, untrustedRecord } from '../judgement/parse-untrusted.ts';
import { accountOfCollector, look } from './accounts.ts';
import { markOf } from './consumer-use.ts';

/**
 * Request and reply on `consumers.<account>.create.<stream>[.<name>[.<filter>]]`, not stored: an account without JetStream asks
 * for a consumer, by the subject and body of JetStream's own request. Accounts import only what their permissions name.
 */
export type ConsumerRequestVerdict =
  | { readonly ok: true; readonly subject: string; readonly body: string }
  | { readonly ok: false; readonly why: string };

/** Who asks. Bounds are per account. */
export const accountOfRequest = (subject: string): string => subject.slice(prefix.length).split('.')[0] ?? '';

/** More than any client needs. */
export const maxRequestBytes = 16 * 1024;

const prefix = subjects.consumerRequests.slice(0, -1);
const dayNs = 24 * 3_600 * 1e9;
const endsByItself = 'a consumer for looking ends by itself: it needs an inactive_threshold of a day at most';

const duration = z.int().min(0).max(dayNs);
const name = z.string().regex(/^[\w-]{1,128}$/, 'a name is 1 to 128 letters, digits, _ and -');

/** Allows deliveries below one subject only: elsewhere, messages would be requests or answers to other clients. */
function deliverBelow(allowed: string) {
  return z
    .string()
    .refine((to) => to.startsWith(allowed) && /^[\w-]+(\.[\w-]+)*$/.test(to.slice(allowed.length)), {
      error: `it may deliver below ${allowed} only`,
    });
}

/**
 * Closed, like every object here: the broker takes `Deliver_Subject` for `deliver_subject`, so unknown fields are not
 * passed on. The fields are those that version 0.5.0 of the NATS tool and the clients of @nats-io send to look.
 */
const lookConfig = z.strictObject({
  name: name.optional(),
  durable_name: name.optional(),
  description: z.string().max(256).optional(),
  deliver_subject: deliverBelow(`${inboxPrefix('operator')}.`).optional(),
  deliver_policy: z
    .enum(['all', 'last', 'new', 'by_start_sequence', 'by_start_time', 'last_per_subject'])
    .optional(),
  opt_start_seq: z.int().min(0).optional(),
  opt_start_time: z.iso.datetime({ offset: true }).optional(),
  ack_policy: z.enum(['none', 'all', 'explicit']).optional(),
  ack_wait: duration.optional(),
  max_deliver: z.int().min(-1).optional(),
  max_ack_pending: z.int().min(-1).optional(),
  max_waiting: z.int().min(0).max(512).optional(),
  filter_subject: z.string().min(1).optional(),
  filter_subjects: z.array(z.string().min(1)).optional(),
  replay_policy: z.enum(['instant', 'original']).optional(),
  flow_control: z.boolean().optional(),
  idle_heartbeat: duration.optional(),
  // Clients list the keys of a bucket with it.
  headers_only: z.boolean().optional(),
  inactive_threshold: z.int(endsByItself).min(0, endsByItself).max(dayNs, endsByItself).optional(),
  num_replicas: z.int().min(0).max(1).optional(),
  mem_storage: z.boolean().optional(),
});

/** These fields are sent too, and dropped: Go's empty time, and what the broker itself adds to a consumer. */
const lookConfigAsSent = lookConfig.extend({
  pause_until: z.literal('0001-01-01T00:00:00Z').optional(),
  metadata: untrustedRecord(z.string()).optional(),
});

/**
 * Marks the consumer as an operator's and drops acknowledgements. They would have to go to whatever consumer they name.
 */
function onlyToLook(lookConfig: z.infer<typeof lookConfigAsSent>) {
  const { pause_until: _never, metadata: _brokers, ...sent } = lookConfig;
  const { ack_policy: _any, ack_wait: _wait, max_deliver: _again, max_ack_pending: _open, ...config } = sent;
  return { ...config, ack_policy: 'none' as const, metadata: markOf(look) };
}

const workConfig = (id: string) =>
  z.strictObject({
    name: z.literal(durableNames.collector(id)).optional(),
    durable_name: z.literal(durableNames.collector(id)),
    deliver_subject: deliverBelow(`${subjects.deliveredTo(id)}.`),
    filter_subject: z.literal(subjects.assignmentsOf(id)),
    ack_policy: z.literal('explicit'),
    deliver_policy: z.literal('all').optional(),
    ack_wait: duration.optional(),
    max_ack_pending: z.int().min(1).optional(),
    max_deliver: z.literal(-1).optional(),
    idle_heartbeat: duration.optional(),
  });

const logConfig = (id: string) =>
  z.strictObject({
    name: z.literal(durableNames.collector(id)),
    deliver_subject: deliverBelow(`${subjects.deliveredTo(id)}.`),
    deliver_policy: z.enum(['last_per_subject', 'by_start_sequence']),
    opt_start_seq: z.int().min(0).optional(),
    ack_policy: z.literal('none'),
    flow_control: z.boolean().optional(),
    idle_heartbeat: duration.optional(),
    inactive_threshold: duration.optional(),
    num_replicas: z.literal(1).optional(),
    mem_storage: z.boolean().optional(),
  });

type Config = z.infer<typeof lookConfig>;

/**
 * The consumers that an account may ask for on a stream; if there is only one, also what follows the stream in the
 * subject.
 */
function askedOn(
  account: string,
  stream: string,
): { readonly config: z.ZodType<Config>; readonly request?: string } | undefined {
  if (account === look) {
    return {
      config: lookConfigAsSent.transform(onlyToLook),
    };
  }
  const id = account.startsWith(accountOfCollector('')) ? account.slice(accountOfCollector('').length) : '';
  if (id === '') return undefined;
  const own = durableNames.collector(id);
  if (stream === streamNames.assignments) {
    return { config: workConfig(id), request: `${own}.${subjects.assignmentsOf(id)}` };
  }
  return stream === streamNames.sessions ? { config: logConfig(id), request: own } : undefined;
}

/** The request to send to JetStream instead of this one, or why there is none. */
export function judgeConsumerRequest(subject: string, body: unknown): ConsumerRequestVerdict {
  const [account = '', verb, stream = '', ...rest] = subject.slice(prefix.length).split('.');
  const expectation = verb === 'create' ? askedOn(account, stream) : undefined;
  if (!expectation) return { ok: false, why: `${account} makes no consumers of ${stream}` };
  if (expectation.request !== undefined && expectation.request !== rest.join('.')) {
    return { ok: false, why: 'a collector asks for its own consumer by the subject that names it' };
  }
  const request = z.strictObject({
    stream_name: z.literal(stream),
    config: expectation.config,
    action: z.enum(['', 'create']).optional(),
    pedantic: z.literal(false).optional(),
  });
  const parsed = safeParseUntrusted(request, body);
  if (!parsed.success) return { ok: false, why: firstOf(parsed.error) };
  const { stream_name, config } = parsed.data;
  const [consumerName = config.name, ...filter] = rest;
  // JetStream takes the name in the subject, or, where there is none, the one in the body.
  const names = [consumerName, config.name, config.durable_name].filter((each) => each !== undefined);
  if (new Set(names).size > 1 || !names.every((each) => name.safeParse(each).success)) {
    return { ok: false, why: 'the consumer has another name than in the subject' };
  }
  const [ofConsumer] = names;
  const refused = account === look ? refusedToLook(config, ofConsumer) : undefined;
  if (refused !== undefined) return { ok: false, why: refused };
  return {
    ok: true,
    subject: [
      '$JS.API.CONSUMER.CREATE',
      stream,
      ...(ofConsumer === undefined ? [] : [ofConsumer]),
      ...filter,
    ].join('.'),
    // Only made, never changed: a consumer of that name may belong to another client.
    body: JSON.stringify({ stream_name, config, action: 'create' }),
  };
}

function refusedToLook(config: Config, consumerName: string | undefined): string | undefined {
  const { writer, collector } = durableNames;
  if (consumerName !== undefined && (consumerName === writer || consumerName.startsWith(collector('')))) {
    return `${consumerName} is the consumer of a service`;
  }
  return config.durable_name !== undefined && !config.inactive_threshold ? endsByItself : undefined;
}

/** The first fault, in words for whoever wrote the request. */
function firstOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'the request cannot be read';
  if (issue.code === 'custom' || issue.path.includes('inactive_threshold')) return issue.message;
  const at = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const field = [...issue.path, issue.keys[0]?.slice(0, 64)].join('.');
    return `${field} is no field that a request from this account may have`;
  }
  return at === '' ? 'the request cannot be read' : `${at}: ${issue.message}`;
}
