import {
  type ConsumerInfo,
  type JetStreamManager,
  jetstreamManager,
  type StoredMsg,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { decodeSample } from '../../contracts/sample/sample.ts';
import { streamNames } from '../../contracts/subjects.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { readWriterConsumer } from './writer-consumer.ts';

/** The part of SAMPLES that is not in the database yet. */
export interface SampleBacklog {
  /** `waiting`: not yet with any writer. `inHand`: with a writer, but not yet acknowledged. */
  readonly waiting: number;
  readonly inHand: number;
  /** Estimated from the average size of a message in the stream. */
  readonly bytes: number;
  /** When the oldest of them was published, in ms since 1970, or undefined if there is none. */
  readonly oldestMs: number | undefined;
  /**
   * When the tick of this message was due: long before `oldestMs` if it waited for the broker. Undefined also if
   * unreadable.
   */
  readonly oldestDueMs: number | undefined;
  /** Share of what the stream can hold that the backlog takes, 0…1; at 1 the oldest are dropped unwritten. */
  readonly shareOfStream: number;
  /** Every sample up to this sequence is with the database or in quarantine, or was rejected. */
  readonly settledSequence: number;
}

/** @throws when the broker cannot be asked. Everything waits when no writer has ever run. */
export async function readSampleBacklog(nc: NatsConnection): Promise<SampleBacklog> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const stream = await leaderInfo(jsm, streamNames.samples);
  return backlogOf(jsm, { stream, writer: await readWriterConsumer(jsm) });
}

/** What SAMPLES and its writer's consumer are like. */
export interface SampleLook {
  readonly stream: StreamInfo;
  readonly writer: ConsumerInfo | undefined;
}

/** As `readSampleBacklog`, from answers that are there. @throws when the oldest sample cannot be read */
export async function backlogOf(jsm: JetStreamManager, look: SampleLook): Promise<SampleBacklog> {
  const { state, config } = look.stream;
  const consumer = look.writer;
  const waiting = consumer?.num_pending ?? state.messages;
  const inHand = consumer?.num_ack_pending ?? 0;
  const bytes = state.messages === 0 ? 0 : Math.round((state.bytes / state.messages) * (waiting + inHand));
  const oldest = Math.max((consumer?.ack_floor.stream_seq ?? 0) + 1, state.first_seq);
  const isEmpty = waiting + inHand === 0;
  const unwritten = isEmpty ? undefined : await sampleAt(jsm, oldest);
  return {
    waiting,
    inHand,
    bytes,
    oldestMs: unwritten?.time.getTime(),
    oldestDueMs: unwritten && dueMs(unwritten),
    shareOfStream: config.max_bytes > 0 ? bytes / config.max_bytes : 0,
    settledSequence: isEmpty ? state.last_seq : oldest - 1,
  };
}

/** Undefined when the stream dropped it between the two questions. */
async function sampleAt(jsm: JetStreamManager, sequence: number): Promise<StoredMsg | undefined> {
  return (await jsm.streams.getMessage(streamNames.samples, { seq: sequence })) ?? undefined;
}

function dueMs(message: StoredMsg): number | undefined {
  const decoded = decodeSample(message.string());
  return decoded.ok ? decoded.sample.time : undefined;
}
