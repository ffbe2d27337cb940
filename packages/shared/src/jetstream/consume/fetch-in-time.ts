import type { Consumer, JsMsg } from '@nats-io/jetstream';

/** The broker ends a request itself when its time is up, so silence for longer is an outage. */
const silenceMs = 5_000;

export class BrokerSilent extends Error {
  override readonly name = 'BrokerSilent';
}

/**
 * The messages of one request to an ordered consumer. While a broker hangs or is gone, the client itself would wait
 * until it is back, recreating the consumer over and over.
 * @param request `expires` in ms
 * @throws BrokerSilent when nothing came for 5 s while a message was waited for, and what the client throws
 */
export async function* fetchInTime(
  consumer: Pick<Consumer, 'fetch'>,
  request: { readonly max_messages: number; readonly expires: number },
): AsyncIterable<JsMsg> {
  const messages = await consumer.fetch(request);
  const giveUp = () => messages.stop(new BrokerSilent(`the broker sent nothing for ${silenceMs} ms`));
  let timer = setTimeout(giveUp, silenceMs);
  try {
    for await (const message of messages) {
      clearTimeout(timer);
      yield message;
      timer = setTimeout(giveUp, silenceMs);
    }
  } finally {
    clearTimeout(timer);
  }
}
