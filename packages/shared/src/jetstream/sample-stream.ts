import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import {
  decodeSample,
  encodeSample,
  type Sample,
  sampleMessageId,
  sentAtHeader,
} from '../contracts/sample.ts';
import { streamNames, subjects } from '../contracts/subjects.ts';

/** The collector's side of SAMPLES. */
export class SampleStream {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;

  private constructor(js: JetStreamClient, jsm: JetStreamManager) {
    this.#js = js;
    this.#jsm = jsm;
  }

  static async open(nc: NatsConnection): Promise<SampleStream> {
    return new SampleStream(
      jetstream(nc, { timeout: 5_000 }),
      await jetstreamManager(nc, { timeout: 2_000, checkAPI: false }),
    );
  }

  /** Resolves when the sample is stored. A repeat under the same session, device, tick and epoch is one sample. */
  async publish(sample: Sample): Promise<void> {
    const sentAt = headers();
    sentAt.set(sentAtHeader, String(Date.now()));
    await this.#js.publish(subjects.sample(sample.task, sample.device_id), encodeSample(sample), {
      msgID: sampleMessageId(sample),
      headers: sentAt,
    });
  }

  /** The newest sample of a device in the stream, if there is one. */
  async last(taskId: string, deviceId: string): Promise<Sample | undefined> {
    try {
      const message = await this.#jsm.streams.getMessage(streamNames.samples, {
        last_by_subj: subjects.sample(taskId, deviceId),
      });
      if (!message) return undefined;
      const decoded = decodeSample(message.string());
      return decoded.ok ? decoded.sample : undefined;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound)
        return undefined;
      throw error;
    }
  }
}
