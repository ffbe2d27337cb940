import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { judgeConsumerRequest } from '../../contracts/consumer-request.ts';
import { subjects } from '../../contracts/subjects.ts';
import type { Logger } from '../../runtime/logger.ts';

/** Requests through an account's import come back by such a subject. Anybody in our own account could name another one. */
const answerPrefix = '_R_.';
const timeoutMs = 5_000;

/**
 * Makes consumers for accounts without JetStream, after a look at what they are to do: JetStream would have them deliver
 * anywhere. Of several processes that do so one takes each request.
 */
export function serveConsumerRequests(nc: NatsConnection, log: Logger): void {
  nc.subscribe(subjects.consumerRequests, {
    queue: 'consumers',
    callback: (error, message) => {
      if (error) return;
      // JetStream being away leaves the request unanswered; whoever asked asks again.
      answer(nc, message).catch((failure: unknown) =>
        log.warn({ err: failure, request: message.subject }, 'a consumer that was asked for was not made'),
      );
    },
  });
}

async function answer(nc: NatsConnection, message: Msg): Promise<void> {
  if (!message.reply?.startsWith(answerPrefix)) return;
  const judged = judgeConsumerRequest(message.subject, jsonOf(message));
  if (!judged.ok) {
    message.respond(JSON.stringify(refusal(judged.why)));
    return;
  }
  const made = await nc.request(judged.subject, judged.body, { timeout: timeoutMs });
  message.respond(made.data);
}

/** In the form of JetStream's own refusals, so that every client can say it. */
function refusal(description: string) {
  const type = 'io.nats.jetstream.api.v1.consumer_create_response';
  return { type, error: { code: 400, err_code: 10_003, description } };
}

function jsonOf(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
