import { type Consumer, JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import { askAgain } from '../connection/ask-again.ts';
import { withoutLeader } from '../connection/without-leader.ts';

type Options = NonNullable<Exclude<Parameters<JetStreamClient['consumers']['get']>[1], string>>;

const everyMs = 500;
const withinMs = 5_000;

/**
 * A consumer for one reader, which the broker puts on a node of the stream by chance. It takes a node that died for alive for
 * about a minute, and of three nodes a third of all questions gets no answer then: so another is asked for soon.
 * @throws the broker's refusal, or that there was no answer in time
 */
export async function orderedConsumer(
  js: JetStreamClient,
  stream: string,
  options: Options,
): Promise<Consumer> {
  let taken: Consumer | undefined;
  const ask = async (): Promise<Consumer> => {
    // The client writes the name of the consumer into the options.
    const made = await js.consumers.get(stream, { ...options });
    taken ??= made;
    if (made !== taken) void made.delete().catch(() => undefined);
    return taken;
  };
  const isFinal = (error: unknown) =>
    error instanceof JetStreamApiError && !withoutLeader.includes(error.code);
  return askAgain(ask, { everyMs, withinMs, isFinal });
}
