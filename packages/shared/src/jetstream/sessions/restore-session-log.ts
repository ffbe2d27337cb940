import { JetStreamApiCodes, JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { streamNames } from '../../contracts/subjects.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import type { StreamSettings } from '../streams/stream-configs.ts';

const nanosPerHour = 3_600_000_000_000;

/** Events that are on their way at once: the broker writes them one after the other anyway. */
const inFlight = 256;
const publishTimeoutMs = 30_000;

/** A stream did not take events as they were saved; what it has now is no log to work with. */
export class RestoreFailed extends Error {
  override readonly name = 'RestoreFailed';
}

export interface SessionLogExtent {
  readonly lastSequence: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** True while a service is up and waits for its events. */
  readonly isFollowed: boolean;
}

/** Undefined when the broker has no SESSIONS. */
export async function sessionLogExtent(nc: NatsConnection): Promise<SessionLogExtent | undefined> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    const { state, config } = await leaderInfo(jsm, streamNames.sessions);
    const consumers = await jsm.consumers.list(streamNames.sessions).next();
    return {
      lastSequence: state.last_seq,
      bytes: state.bytes,
      maxBytes: config.max_bytes,
      isFollowed: consumers.some(({ num_waiting, push_bound }) => num_waiting > 0 || push_bound === true),
    };
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
      return undefined;
    throw error;
  }
}

/** The sizes that this broker's streams have, for recreating them elsewhere. */
export async function streamSettingsInUse(nc: NatsConnection): Promise<StreamSettings> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const sessions = (await leaderInfo(jsm, streamNames.sessions)).config;
  const samples = (await leaderInfo(jsm, streamNames.samples)).config;
  return {
    sessionsMaxBytes: sessions.max_bytes,
    samplesMaxBytes: samples.max_bytes,
    samplesMaxAgeHours: Math.max(1, Math.round(samples.max_age / nanosPerHour)),
    replicas: sessions.num_replicas,
  };
}

export interface SavedEvent {
  readonly subject: string;
  readonly sequence: number;
  readonly data: string;
}

/**
 * Appends saved events to a log that ends right before the first of them. Epochs, running-since and occurrences of alarms
 * are sequences, so each has to get the one that it had: the broker receives which it must be, and its answer is compared.
 * @returns the sequence of the last one, 0 when there was none
 * @throws RestoreFailed at the first that gets another sequence or none
 */
export async function republishEvents(
  nc: NatsConnection,
  stream: string,
  events: AsyncIterable<SavedEvent>,
): Promise<number> {
  const js = jetstream(nc, { timeout: publishTimeoutMs });
  let last = 0;
  const publish = async ({ subject, sequence, data }: SavedEvent): Promise<void> => {
    let storedCount: number;
    try {
      storedCount = (await js.publish(subject, data, { expect: { lastSequence: sequence - 1 } })).seq;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new RestoreFailed(`${stream} did not take event ${sequence}: ${why}`, { cause: error });
    }
    if (storedCount !== sequence)
      throw new RestoreFailed(`${stream} stored event ${sequence} at ${storedCount}`);
    last = sequence;
  };
  let batch: Promise<void>[] = [];
  const settle = async (): Promise<void> => {
    const outcomes = await Promise.allSettled(batch);
    batch = [];
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };
  let isFirst = true;
  for await (const event of events) {
    const published = publish(event);
    published.catch(() => undefined);
    batch.push(published);
    // A wrong log refuses the first event; those sent along with it might fit in behind.
    if (isFirst || batch.length >= inFlight) await settle();
    isFirst = false;
  }
  await settle();
  return last;
}
