import type { Consumer, JetStreamClient } from '@nats-io/jetstream';
import { askAgain } from '../connection/ask-again.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';
import { isFinalAnswer } from '../connection/without-leader.ts';

type Options = NonNullable<Exclude<Parameters<JetStreamClient['consumers']['get']>[1], string>>;

/** Over a quick link; longer over a slow one, where making a consumer takes several answers between nodes. */
const everyMs = 500;
const withinMs = 5_000;

/**
 * A consumer for one reader. The broker puts it on a random node of the stream, and takes a dead node for alive for
 * about a minute: with three nodes, a third of all requests gets no answer then. So another consumer is asked for soon.
 * @throws the broker's refusal, or that there was no answer in time
 */
export async function orderedConsumer(
  js: JetStreamClient,
  stream: string,
  options: Options,
): Promise<Consumer> {
  let latest: Consumer | undefined;
  const ask = async (): Promise<Consumer> => {
    // The client writes the name of the consumer into the options.
    const consumer = await js.consumers.get(stream, { ...options });
    latest ??= consumer;
    if (consumer !== latest) void consumer.delete().catch(() => undefined);
    return latest;
  };
  const slownessMs = BrokerAnswers.behind(js).slownessMs('write');
  return askAgain(ask, {
    ...{ everyMs: everyMs + slownessMs, withinMs: withinMs + 2 * slownessMs, isFinal: isFinalAnswer },
  });
}
