import { jetstreamManager } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { subjects } from '../../contracts/subjects.ts';
import { look } from '../../permissions/accounts.ts';
import {
  accountOfRequest,
  type ConsumerRequestVerdict,
  judgeConsumerRequest,
  maxRequestBytes,
} from '../../permissions/consumer-request.ts';
import { type ConsumerName, consumerEnd, consumerUse } from '../../permissions/consumer-use.ts';
import type { BrokerAccess } from '../../runtime/config.ts';
import type { Logger } from '../../runtime/logger.ts';
import { connectNats } from '../connection/connect.ts';
import { serveSampleReads } from '../samples/serve-sample-reads.ts';
import { ConsumersOfAccounts } from './consumers-of-accounts.ts';
import { RequestBudget } from './request-budget.ts';

/** Reply subjects of requests through an account's import begin so. Anybody in our own account could name another one. */
const answerPrefix = '_R_.';
const timeoutMs = 5_000;
/** Queue group: one of several processes takes each request. */
const queue = 'consumers';
/** A pull of the NATS tool is for 25 or 250 messages at least, unless the stream ends. */
const usesPerSecond = { burst: 200, perSecond: 100, mostUnderWay: 50 };

/**
 * Serves on a connection of its own, so that a flood of requests holds up no lease and no event of the service.
 * @returns a function that ends it
 */
export function openConsumerService({
  name,
  log,
  ...access
}: BrokerAccess & { readonly name: string; readonly log: Logger }): () => Promise<void> {
  const stopping = new AbortController();
  // The service's own connection already reports an outage.
  const quiet = log.child({}, { level: 'fatal' });
  const own = { name: `${name}-consumers`, log: quiet, signal: stopping.signal };
  const connecting = connectNats({ ...access, ...own });
  connecting.then(
    ({ nc }) => {
      serveConsumerRequests(nc, log);
      serveSampleReads(nc, log);
    },
    (error: unknown) => {
      if (!stopping.signal.aborted) log.error({ err: error }, 'consumers that others ask for are not made');
    },
  );
  return async () => {
    stopping.abort();
    await (await connecting.catch(() => undefined))?.close();
  };
}

/**
 * Makes and ends consumers for accounts without JetStream, and passes on what those accounts publish for them. It first
 * checks what a consumer is to do and whose it is: JetStream would let it deliver anywhere, and let one account take
 * from another's.
 */
export function serveConsumerRequests(nc: NatsConnection, log: Logger): void {
  const own = new ConsumersOfAccounts(() => jetstreamManager(nc, { checkAPI: false }));
  const requests = new RequestBudget();
  nc.subscribe(subjects.consumerRequests, {
    queue,
    callback: (error, message) => {
      if (error) return;
      // While JetStream is unavailable the request stays unanswered, and the client asks again.
      answer(message, { nc, own, budget: requests }).catch((failure: unknown) =>
        log.warn({ err: failure, request: message.subject }, 'a consumer that was asked for was not made'),
      );
    },
  });
  const uses = new RequestBudget(usesPerSecond);
  nc.subscribe(subjects.consumerUses, {
    queue,
    callback: (error, message) => {
      if (error) return;
      passOn(message, { nc, own, budget: uses }).catch((failure: unknown) =>
        log.warn({ err: failure, subject: message.subject }, 'a consumer was not pulled from'),
      );
    },
  });
}

interface Serving {
  readonly nc: NatsConnection;
  readonly own: ConsumersOfAccounts;
  readonly budget: RequestBudget;
}

async function answer(message: Msg, { nc, own, budget }: Serving): Promise<void> {
  if (!message.reply?.startsWith(answerPrefix)) return;
  const account = accountOfRequest(message.subject);
  if (!budget.begin(account)) {
    respond(message, refusal('too many consumers are asked for at once: ask again in a second', busy));
    return;
  }
  try {
    const end = consumerEnd(message.subject);
    if (end) {
      // JetStream's answer for a missing consumer. Nothing is revealed about other accounts' consumers.
      if (!(await own.isOwn(end))) return respond(message, refusal('consumer not found', notFound));
      own.ended(account, end.consumer);
      message.respond((await nc.request(end.subject, '', { timeout: timeoutMs })).data);
      return;
    }
    const verdict = judge(message);
    if (!verdict.ok) {
      respond(message, refusal(verdict.why, bad));
      return;
    }
    const reply = await nc.request(verdict.subject, verdict.body, { timeout: timeoutMs });
    message.respond(reply.data);
    // Only these are counted: a collector has two consumers, with fixed names.
    const consumer = account === look ? nameOf(reply) : undefined;
    const oldest = consumer && own.add(account, consumer);
    if (oldest) {
      const { stream, name } = oldest;
      await nc.request(`$JS.API.CONSUMER.DELETE.${stream}.${name}`, '', { timeout: timeoutMs });
    }
  } finally {
    budget.end(account);
  }
}

/**
 * Passes on to JetStream what is meant for an account's own consumer. Anything else gets no answer: a client pulls
 * again.
 */
async function passOn({ subject, reply, data }: Msg, { nc, own, budget }: Serving): Promise<void> {
  const use = consumerUse(subject, reply);
  if (!use || data.length > maxRequestBytes || !budget.begin(use.account)) return;
  try {
    if (await own.isOwn(use)) nc.publish(use.subject, data, reply ? { reply } : {});
  } finally {
    budget.end(use.account);
  }
}

function judge(message: Msg): ConsumerRequestVerdict {
  if (message.data.length > maxRequestBytes) return { ok: false, why: 'the request is larger than 16 KiB' };
  return judgeConsumerRequest(message.subject, jsonOf(message));
}

/** The consumer that JetStream has made. */
function nameOf(reply: Msg): ConsumerName | undefined {
  const { stream_name: stream, name } = jsonOf<{ stream_name?: string; name?: string }>(reply) ?? {};
  return stream === undefined || name === undefined ? undefined : { stream, name };
}

const respond = (message: Msg, body: object): void => void message.respond(JSON.stringify(body));

/** JetStream's codes of a bad request, of insufficient resources, and of a consumer that is not there. */
const bad = { code: 400, err_code: 10_003 };
const busy = { code: 503, err_code: 10_023 };
const notFound = { code: 404, err_code: 10_014 };

/** Has the form of JetStream's own refusals, so that every client can show it. */
function refusal(description: string, codes: typeof bad) {
  const type = 'io.nats.jetstream.api.v1.consumer_create_response';
  return { type, error: { ...codes, description } };
}

function jsonOf<T = unknown>(message: Msg): T | undefined {
  try {
    return message.json<T>();
  } catch {
    return undefined;
  }
}
