import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { parseSampleMessageId } from '../../contracts/sample/sample.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import { lastSequenceOf, messagesUpTo } from '../consume/messages-up-to.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';

export interface LatestSample {
  readonly sessionId: string;
  readonly deviceId: string;
  readonly tick: number;
  readonly epoch: number;
  /** When the broker stored it, in ms since 1970, on the broker's clock. */
  readonly storedAtMs: number;
}

/**
 * The youngest message of each device in SAMPLES, values or a miss; after a cut of a cluster older ones of a device may come too. Their message ids say all that is asked here,
 * so the broker sends headers only. @throws when the broker cannot be asked
 */
export async function latestSamples(nc: NatsConnection): Promise<LatestSample[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const consumer = await orderedConsumer(jetstream(nc), streamNames.samples, {
    deliver_policy: DeliverPolicy.LastPerSubject,
    filter_subjects: subjects.allSamples,
    headers_only: true,
  });
  const latest: LatestSample[] = [];
  try {
    const last = () => lastSequenceOf(jsm, streamNames.samples, subjects.allSamples);
    for await (const message of messagesUpTo(consumer, last, 5_000)) {
      const id = parseSampleMessageId(message.headers?.get('Nats-Msg-Id') ?? '');
      if (id) latest.push({ ...id, storedAtMs: message.time.getTime() });
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  return latest;
}
