import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { isBrokerCopy } from '../../contracts/broker-copy.ts';
import { parseSampleMessageId } from '../../contracts/sample/sample.ts';
import { parsePublishedSubject, streamNames, subjects } from '../../contracts/subjects.ts';
import type { EpochClaims } from '../../sessions/epoch-claims.ts';
import { lastSequenceOf, messagesUpTo } from '../consume/messages-up-to.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';

export interface LatestSample {
  /** The collector that published it. */
  readonly collectorId: string;
  readonly sessionId: string;
  readonly deviceId: string;
  /** Scheduled time of the last tick that it accounts for, in ms since 1970. */
  readonly timeMs: number;
  readonly epoch: number;
  /** When the broker stored it, in ms since 1970, on the broker's clock. */
  readonly storedAtMs: number;
}

/**
 * The youngest message of each device in SAMPLES by each collector that has held its session, values or a miss; after a
 * cut of a cluster, older ones of a device may come too. Message ids say all that is asked here, so the broker sends
 * headers only. Messages of a collector about sessions that the log did not give to it are left out.
 * @throws when the broker cannot be asked
 */
export async function latestSamples(nc: NatsConnection, claims: EpochClaims): Promise<LatestSample[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const consumer = await orderedConsumer(jetstream(nc), streamNames.samples, {
    deliver_policy: DeliverPolicy.LastPerSubject,
    filter_subjects: subjects.allSamples,
    headers_only: true,
  });
  const latest: (LatestSample & { readonly taskId: string })[] = [];
  try {
    const last = () => lastSequenceOf(jsm, streamNames.samples, subjects.allSamples);
    for await (const message of messagesUpTo(consumer, last, 5_000)) {
      if (isBrokerCopy(message.headers)) continue;
      const id = parseSampleMessageId(message.headers?.get('Nats-Msg-Id') ?? '');
      const published = parsePublishedSubject(message.subject);
      if (!id || id.deviceId !== published?.last) continue;
      const { source: collectorId, taskId } = published;
      latest.push({ ...id, taskId, collectorId, storedAtMs: message.time.getTime() });
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  const isPlaced = await Promise.all(
    latest.map(({ epoch, sessionId: session, taskId: task, collectorId: collector }) =>
      claims.isPlaced({ epoch, session, task, collector }),
    ),
  );
  return latest.filter((_, index) => isPlaced[index]);
}
