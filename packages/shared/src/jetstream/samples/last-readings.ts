import { setImmediate } from 'node:timers/promises';
import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Sample } from '../../contracts/sample/sample.ts';
import { parsePublishedSubject, streamNames, subjects } from '../../contracts/subjects.ts';
import type { EpochBook } from '../../sessions/epoch-book.ts';
import { lastSequenceOf, messagesUpTo } from '../consume/messages-up-to.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';
import { nextPlacement } from '../sessions/next-placement.ts';
import { holdersSample, type NextEpoch, newestSample, type ReadMessage } from './newest-sample.ts';

/** Up to so many devices are asked for one by one; for more, all devices are read and the others left out. */
const askedApart = 32;
/** Messages that are held while others come. */
const heldAtMost = 1_000;
const heldBytesAtMost = 4 * 1024 * 1024;

/**
 * The youngest message of each of these devices in SAMPLES by its last holder, in full: values or a miss. A device that
 * two tasks read may have two.
 * @throws when the broker cannot be asked
 */
export async function lastReadings(
  nc: NatsConnection,
  deviceIds: readonly string[],
  epochs: EpochBook,
): Promise<readonly Sample[]> {
  const wantedDevices = new Set(deviceIds);
  if (wantedDevices.size > askedApart) return lastOfAll(nc, wantedDevices, epochs);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const nextEpoch: NextEpoch = async (taskId, epoch) => (await nextPlacement(nc, taskId, epoch))?.epoch;
  const context = { epochs, nextEpoch, under: undefined };
  const readings = await Promise.all(
    [...wantedDevices].map((id) => newestSample(jsm, subjects.sample('*', '*', id), context)),
  );
  return readings.flatMap((sample) => sample ?? []);
}

async function lastOfAll(
  nc: NatsConnection,
  wantedDevices: ReadonlySet<string>,
  epochs: EpochBook,
): Promise<Sample[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const consumer = await orderedConsumer(jetstream(nc), streamNames.samples, {
    deliver_policy: DeliverPolicy.LastPerSubject,
    filter_subjects: subjects.allSamples,
  });
  const lastHolders = new Map<string, Sample>();
  const take = async (messages: readonly ReadMessage[]) => {
    const samples = await Promise.all(messages.map((message) => holdersSample(message, epochs)));
    for (const sample of samples) {
      if (!sample) continue;
      const key = `${sample.task}/${sample.device_id}`;
      if (sample.epoch >= (lastHolders.get(key)?.epoch ?? 0)) lastHolders.set(key, sample);
    }
  };
  let messages: ReadMessage[] = [];
  let bytes = 0;
  try {
    const last = () => lastSequenceOf(jsm, streamNames.samples, subjects.allSamples);
    for await (const message of messagesUpTo(consumer, last)) {
      const { subject, headers } = message;
      if (!wantedDevices.has(parsePublishedSubject(subject)?.last ?? '')) continue;
      messages.push({ subject, headers, body: message.string() });
      bytes += message.data.length;
      // A sender may have written of a device under any number of tasks: memory must not hold them all.
      if (messages.length < heldAtMost && bytes < heldBytesAtMost) continue;
      await take(messages);
      messages = [];
      bytes = 0;
      await setImmediate();
    }
    await take(messages);
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  return [...lastHolders.values()];
}
