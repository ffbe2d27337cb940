import { type JetStreamManager, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import {
  messageOf,
  type OutgoingSample,
  type Sample,
  sampleMessageId,
} from '../../contracts/sample/sample.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import { RecentlyUsed } from '../../runtime/recently-used.ts';
import type { EpochBook } from '../../sessions/epoch-book.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { messageIdHeader } from '../connection/plain-headers.ts';
import { type MessageQuery, storedMessage } from '../connection/stored-message.ts';
import { jetStreamEpochs } from '../sessions/logged-at.ts';
import { nextPlacement } from '../sessions/next-placement.ts';
import { type NextEpoch, newestSample } from './newest-sample.ts';
import { PublishRefused, PublishTooLarge, SamplePublisher } from './sample-publisher.ts';

/** Placements whose newest samples are asked for at a start. */
const epochsKept = 20_000;
/** Messages of one device that are looked through for a sample; more than may be in flight at a time. */
const longestLook = 2_000;

/** JetStream's code for a message that is larger than its stream allows. */
const messageExceedsMaximum = 10054;

export interface SampleTooLarge {
  readonly bytes: number;
  /** Undefined where the broker did not say. */
  readonly limitBytes: number | undefined;
  /** The setting of the broker that forbids it. */
  readonly bound: string;
}

/** The collector's side of SAMPLES. */
export class SampleStream {
  readonly #publisher: SamplePublisher;
  readonly #nc: NatsConnection;
  readonly #jsm: JetStreamManager;
  readonly #epochs: EpochBook;
  /** The highest epoch under which this process was given a session. */
  #placedAt = 0;
  /** The epoch that follows, by task and epoch: all devices of a task ask for the same one. */
  readonly #next = new RecentlyUsed<string, number>(epochsKept);
  readonly #nextAsked = new Map<string, Promise<number | undefined>>();

  private constructor(nc: NatsConnection, jsm: JetStreamManager) {
    this.#nc = nc;
    this.#jsm = jsm;
    this.#publisher = new SamplePublisher(nc, { liesOn: (subject, seq) => liesOn(jsm, subject, seq) });
    this.#epochs = jetStreamEpochs(
      () => nc,
      epochsKept,
      () => this.#placedAt,
    );
  }

  static async open(nc: NatsConnection): Promise<SampleStream> {
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    return new SampleStream(nc, jsm);
  }

  /**
   * Resolves when the sample is stored, with its sequence in the stream. A repeat under the same session, device,
   * tick and epoch is one sample as long as the stream remembers the id: two minutes.
   * @throws PublishRefused, PublishUnconfirmed, PublishTooLarge
   */
  publish(sample: OutgoingSample): Promise<number> {
    return this.#publisher.publish(
      subjects.sample(sample.collector, sample.task, sample.device_id),
      messageOf(sample),
      sampleMessageId(sample),
    );
  }

  /**
   * The size behind an error of {@link publish} when a sample is too large, so that every retry would fail alike;
   * undefined for all other errors.
   */
  static tooLarge(error: unknown, sample: OutgoingSample): SampleTooLarge | undefined {
    if (error instanceof PublishTooLarge) {
      return { bytes: error.bytes, limitBytes: error.limitBytes, bound: 'max_payload of NATS' };
    }
    if (error instanceof PublishRefused && error.code === messageExceedsMaximum) {
      const bytes = Buffer.byteLength(messageOf(sample));
      return { bytes, limitBytes: undefined, bound: 'max_msg_size of the stream SAMPLES' };
    }
    return undefined;
  }

  /** Last sequence: messages of this process come behind it. @throws when the broker cannot be asked */
  async lastSequence(): Promise<number> {
    return (await leaderInfo(this.#jsm, streamNames.samples)).state.last_seq;
  }

  /**
   * Whether exactly this sample is behind this sequence, for repeats that come too late for the stream to know
   * the id. A device's samples were sent in order, so its newest one answers most questions.
   * @throws when the broker cannot be asked
   */
  async wasStored(sample: Sample, afterSequence: number): Promise<boolean> {
    const subject = subjects.sample(sample.collector, sample.task, sample.device_id);
    const messageId = sampleMessageId(sample);
    const newest = await this.#message({ last_by_subj: subject });
    if (!newest || newest.seq <= afterSequence) return false;
    if (isUnderId(newest, messageId)) return true;
    let seq = afterSequence + 1;
    for (let lookCount = 0; lookCount < longestLook; lookCount += 1) {
      const message = await this.#message({ seq, next_by_subj: subject });
      if (!message) return false;
      if (isUnderId(message, messageId)) return true;
      if (message.seq >= newest.seq) return false;
      seq = message.seq + 1;
    }
    return false;
  }

  /**
   * The newest sample of a device in the stream that its last holder has published.
   * @param under epoch under which the device is going to be read
   * @throws when the broker cannot be asked
   */
  last(taskId: string, deviceId: string, under: number): Promise<Sample | undefined> {
    this.#placedAt = Math.max(this.#placedAt, under);
    const context = { epochs: this.#epochs, nextEpoch: this.#nextEpoch, under };
    return newestSample(this.#jsm, subjects.sample('*', taskId, deviceId), context);
  }

  readonly #nextEpoch: NextEpoch = async (taskId, epoch) => {
    const key = `${taskId}/${epoch}`;
    return this.#next.get(key) ?? this.#nextAsked.get(key) ?? this.#askNext(key, taskId, epoch);
  };

  #askNext(key: string, taskId: string, epoch: number): Promise<number | undefined> {
    const placement = nextPlacement(this.#nc, taskId, epoch)
      .then((next) => {
        if (next) this.#next.set(key, next.epoch);
        return next?.epoch;
      })
      .finally(() => this.#nextAsked.delete(key));
    this.#nextAsked.set(key, placement);
    return placement;
  }

  #message(query: MessageQuery): Promise<StoredMsg | undefined> {
    return storedMessage(this.#jsm, streamNames.samples, query);
  }
}

async function liesOn(jsm: JetStreamManager, subject: string, seq: number): Promise<boolean> {
  const message = await storedMessage(jsm, streamNames.samples, { seq });
  return message?.subject === subject;
}

/** Whether this is the wanted message, also under the fresh id that it got because another client had used its own. */
function isUnderId({ header }: StoredMsg, messageId: string): boolean {
  const id = header.get(messageIdHeader);
  return id === messageId || id.startsWith(`${messageId}/`);
}
