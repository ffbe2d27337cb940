import { durableNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';

export interface WayState {
  /** Messages that the stream has ever taken. */
  readonly published: number;
  /** Messages that the writer has acknowledged. */
  readonly written: number;
  readonly unwritten: number;
  readonly bytesPerMessage: number;
  /** Messages that the stream has given up. */
  readonly dropped: number;
}

/** From SAMPLES into the database, as the broker sees it. */
export class WayIntoDatabase {
  readonly #jsm: JetStreamManager;
  readonly #close: () => Promise<void>;

  private constructor(jsm: JetStreamManager, close: () => Promise<void>) {
    this.#jsm = jsm;
    this.#close = close;
  }

  /** On a connection of its own: one that has lost its broker takes its time to try again. */
  static async open(natsUrl: string): Promise<WayIntoDatabase> {
    const { nc, close } = await connectNats({
      url: natsUrl,
      name: 'bench',
      log: createLogger('bench', 'fatal'),
    });
    return new WayIntoDatabase(await jetstreamManager(nc), close);
  }

  close(): Promise<void> {
    return this.#close();
  }

  async state(): Promise<WayState> {
    const { state } = await this.#jsm.streams.info(streamNames.samples);
    const consumer = await this.#jsm.consumers.info(streamNames.samples, durableNames.writer);
    // Not by the last gapless acknowledgement: one confirmation that is lost with the broker holds that up.
    const unwritten = consumer.num_pending + consumer.num_ack_pending;
    return {
      published: state.last_seq,
      written: state.last_seq - unwritten,
      unwritten,
      bytesPerMessage: state.messages === 0 ? 0 : state.bytes / state.messages,
      dropped: state.first_seq > 1 ? state.first_seq - 1 : 0,
    };
  }
}
