import { durableNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connect.ts';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { until } from '../fleet/until.ts';

export interface WayState {
  /** Messages that the stream has ever taken. */
  readonly published: number;
  /** Of these the writer has acknowledged so many. */
  readonly written: number;
  readonly unwritten: number;
  readonly bytesPerMessage: number;
  /** Messages that the stream has given up. */
  readonly dropped: number;
}

/** From SAMPLES into the database, as the broker sees it. */
export class WayIntoDatabase {
  readonly #jsm: JetStreamManager;

  private constructor(jsm: JetStreamManager) {
    this.#jsm = jsm;
  }

  static async open(nc: NatsConnection): Promise<WayIntoDatabase> {
    return new WayIntoDatabase(await jetstreamManager(nc));
  }

  async state(): Promise<WayState> {
    const { state } = await this.#jsm.streams.info(streamNames.samples);
    const consumer = await this.#jsm.consumers.info(streamNames.samples, durableNames.writer);
    // Not by what is acknowledged without a hole: one confirmation that is lost with the broker holds that up.
    const unwritten = consumer.num_pending + consumer.num_ack_pending;
    return {
      published: state.last_seq,
      written: state.last_seq - unwritten,
      unwritten,
      bytesPerMessage: state.messages === 0 ? 0 : state.bytes / state.messages,
      dropped: state.first_seq > 1 ? state.first_seq - 1 : 0,
    };
  }

  /** After an outage: the connection may still be waiting for its next attempt. */
  async stateOnceItAnswers(): Promise<WayState> {
    let state: WayState | undefined;
    await until('the broker to answer', async () => {
      state = await this.state().catch(() => undefined);
      return state !== undefined;
    });
    return state as unknown as WayState;
  }
}
