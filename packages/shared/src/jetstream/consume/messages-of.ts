import type { Consumer, JsMsg } from '@nats-io/jetstream';

const requestExpiresMs = 2_000;

/**
 * What a consumer has, at most so many. A request ends after its time also when the broker stood still meanwhile and has
 * more: the rest is asked for, so that nobody takes what came for all that there is.
 */
export async function* messagesOf(consumer: Consumer, count: number): AsyncIterable<JsMsg> {
  let left = count;
  while (left > 0) {
    for await (const message of await consumer.fetch({ max_messages: left, expires: requestExpiresMs })) {
      left -= 1;
      yield message;
    }
    if (left > 0 && (await consumer.info()).num_pending === 0) return;
  }
}
