import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type MsgRequest,
  type StoredMsg,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import {
  messageOf,
  type OutgoingSample,
  type Sample,
  sampleMessageId,
} from '../../contracts/sample/sample.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import type { EpochBook } from '../../sessions/epoch-book.ts';
import { answeredSoon } from '../connection/answered-soon.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { messageIdHeader } from '../connection/plain-headers.ts';
import { newestSample } from '../samples/newest-sample.ts';
import { PublishRefused, PublishTooLarge, SamplePublisher } from '../samples/sample-publisher.ts';
import { jetStreamEpochs } from '../sessions/logged-at.ts';

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
  readonly #jsm: JetStreamManager;

  readonly #epochs: EpochBook;

  private constructor(publisher: SamplePublisher, jsm: JetStreamManager, epochs: EpochBook) {
    this.#publisher = publisher;
    this.#jsm = jsm;
    this.#epochs = epochs;
  }

  static async open(nc: NatsConnection): Promise<SampleStream> {
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    const publisher = new SamplePublisher(nc, { liesOn: (subject, seq) => liesOn(jsm, subject, seq) });
    return new SampleStream(
      publisher,
      jsm,
      jetStreamEpochs(() => nc, epochsKept),
    );
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
   * The size that an error of {@link publish} complains of, where a sample is too large, so that it will come again
   * however often it is tried; undefined for all other errors.
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
   * Whether exactly this sample lies behind this sequence, for repeats that come too late for the stream to know
   * the id. A device's samples were sent in order, so its newest one answers most questions.
   * @throws when the broker cannot be asked
   */
  async wasStored(sample: Sample, afterSequence: number): Promise<boolean> {
    const subject = subjects.sample(sample.collector, sample.task, sample.device_id);
    const wanted = sampleMessageId(sample);
    const newest = await this.#newest(subject);
    if (!newest || newest.seq <= afterSequence) return false;
    if (isUnderId(newest, wanted)) return true;
    let seq = afterSequence + 1;
    for (let looked = 0; looked < longestLook; looked += 1) {
      const message = await this.#from(seq, subject);
      if (!message) return false;
      if (isUnderId(message, wanted)) return true;
      if (message.seq >= newest.seq) return false;
      seq = message.seq + 1;
    }
    return false;
  }

  /** The newest sample of a device in the stream that a holder of its session has published. @throws when the broker cannot be asked */
  last(taskId: string, deviceId: string): Promise<Sample | undefined> {
    return newestSample(this.#jsm, this.#epochs, subjects.sample('*', taskId, deviceId));
  }

  #newest(subject: string): Promise<StoredMsg | undefined> {
    const newest = { last_by_subj: subject };
    return found(answeredSoon(() => this.#jsm.streams.getMessage(streamNames.samples, newest)));
  }

  #from(seq: number, subject: string): Promise<StoredMsg | undefined> {
    const next = { seq, next_by_subj: subject } as MsgRequest;
    return found(answeredSoon(() => this.#jsm.streams.getMessage(streamNames.samples, next)));
  }
}

async function liesOn(jsm: JetStreamManager, subject: string, seq: number): Promise<boolean> {
  if (seq === 0) return false;
  const message = await found(answeredSoon(() => jsm.streams.getMessage(streamNames.samples, { seq })));
  return message?.subject === subject;
}

/** Also under the id that it was given where somebody else had used its own. */
function isUnderId({ header }: StoredMsg, wanted: string): boolean {
  const id = header.get(messageIdHeader);
  return id === wanted || id.startsWith(`${wanted}/`);
}

async function found(asked: Promise<StoredMsg | null>): Promise<StoredMsg | undefined> {
  try {
    return (await asked) ?? undefined;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound)
      return undefined;
    throw error;
  }
}
