import {
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { decodeSample, type Sample } from '../../contracts/sample/sample.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import { lastSequenceOf, messagesUpTo } from '../consume/messages-up-to.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';

/** Devices that are asked for one by one; with more of them all are read, and the others left out. */
const askedApart = 32;

/**
 * The youngest message of each of these devices in SAMPLES, whole: values or a miss. Of a device that two tasks read there may be two.
 * @throws when the broker cannot be asked
 */
export async function lastReadings(
  nc: NatsConnection,
  deviceIds: readonly string[],
): Promise<readonly Sample[]> {
  const wanted = new Set(deviceIds);
  const texts =
    wanted.size <= askedApart
      ? await Promise.all([...wanted].map((id) => lastOf(nc, subjects.sample('*', '*', id))))
      : await lastOfAll(nc);
  return texts.flatMap((text) => {
    const decoded = text === undefined ? undefined : decodeSample(text);
    return decoded?.ok && wanted.has(decoded.sample.device_id) ? [decoded.sample] : [];
  });
}

async function lastOf(nc: NatsConnection, subject: string): Promise<string | undefined> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    return (await jsm.streams.getMessage(streamNames.samples, { last_by_subj: subject }))?.string();
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound)
      return undefined;
    throw error;
  }
}

async function lastOfAll(nc: NatsConnection): Promise<string[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const consumer = await orderedConsumer(jetstream(nc), streamNames.samples, {
    deliver_policy: DeliverPolicy.LastPerSubject,
    filter_subjects: subjects.allSamples,
  });
  const texts: string[] = [];
  try {
    const last = () => lastSequenceOf(jsm, streamNames.samples, subjects.allSamples);
    for await (const message of messagesUpTo(consumer, last)) texts.push(message.string());
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  return texts;
}
