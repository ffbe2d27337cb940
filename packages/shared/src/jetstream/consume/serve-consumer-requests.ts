import type { Msg, NatsConnection } from '@nats-io/nats-core';
import {
  accountOfRequest,
  type JudgedRequest,
  judgeConsumerRequest,
  maxRequestBytes,
} from '../../contracts/consumer-request.ts';
import { subjects } from '../../contracts/subjects.ts';
import type { Logger } from '../../runtime/logger.ts';
import { RequestBudget } from './request-budget.ts';

/** Requests through an account's import come back by such a subject. Anybody in our own account could name another one. */
const answerPrefix = '_R_.';
const timeoutMs = 5_000;

/**
 * Makes consumers for accounts without JetStream, after a look at what they are to do: JetStream would have them deliver
 * anywhere. Of several processes that do so one takes each request.
 */
export function serveConsumerRequests(nc: NatsConnection, log: Logger): void {
  const budget = new RequestBudget();
  nc.subscribe(subjects.consumerRequests, {
    queue: 'consumers',
    callback: (error, message) => {
      if (error) return;
      // JetStream being away leaves the request unanswered; whoever asked asks again.
      answer(nc, message, budget).catch((failure: unknown) =>
        log.warn({ err: failure, request: message.subject }, 'a consumer that was asked for was not made'),
      );
    },
  });
}

async function answer(nc: NatsConnection, message: Msg, budget: RequestBudget): Promise<void> {
  if (!message.reply?.startsWith(answerPrefix)) return;
  const account = accountOfRequest(message.subject);
  if (!budget.begin(account)) {
    respond(message, refusal('too many consumers are asked for at once: ask again in a second', busy));
    return;
  }
  try {
    const judged = judge(message);
    if (!judged.ok) {
      respond(message, refusal(judged.why, bad));
      return;
    }
    const made = await nc.request(judged.subject, judged.body, { timeout: timeoutMs });
    message.respond(made.data);
  } finally {
    budget.end(account);
  }
}

function judge(message: Msg): JudgedRequest {
  if (message.data.length > maxRequestBytes) return { ok: false, why: 'the request is larger than 16 KiB' };
  return judgeConsumerRequest(message.subject, jsonOf(message));
}

const respond = (message: Msg, body: object) => message.respond(JSON.stringify(body));

/** JetStream's codes of a bad request and of insufficient resources. */
const bad = { code: 400, err_code: 10_003 };
const busy = { code: 503, err_code: 10_023 };

/** In the form of JetStream's own refusals, so that every client can say it. */
function refusal(description: string, codes: typeof bad) {
  const type = 'io.nats.jetstream.api.v1.consumer_create_response';
  return { type, error: { ...codes, description } };
}

function jsonOf(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
