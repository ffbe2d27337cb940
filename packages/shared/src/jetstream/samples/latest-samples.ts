import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { parseSampleMessageId } from '../../contracts/sample/sample.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';

export interface LatestSample {
  readonly sessionId: string;
  readonly deviceId: string;
  readonly tick: number;
  readonly epoch: number;
  /** When the broker stored it, in ms since 1970, on the broker's clock. */
  readonly storedAtMs: number;
}

/**
 * The youngest message of each device in SAMPLES, values or a miss. Their message ids say all that is asked here,
 * so the broker sends headers only. @throws when the broker cannot be asked
 */
export async function latestSamples(nc: NatsConnection): Promise<LatestSample[]> {
  const consumer = await jetstream(nc).consumers.get(streamNames.samples, {
    deliver_policy: DeliverPolicy.LastPerSubject,
    filter_subjects: subjects.allSamples,
    headers_only: true,
  });
  const latest: LatestSample[] = [];
  try {
    let left = (await consumer.info()).num_pending;
    while (left > 0) {
      const before = left;
      for await (const message of await consumer.fetch({ max_messages: 5_000, expires: 2_000 })) {
        left = message.info.pending;
        const id = parseSampleMessageId(message.headers?.get('Nats-Msg-Id') ?? '');
        if (id) latest.push({ ...id, storedAtMs: message.time.getTime() });
        if (left === 0) break;
      }
      if (left === before) break;
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  return latest;
}
