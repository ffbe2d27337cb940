import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { type SinkStatus, sinkStatusSchema } from '../contracts/sink-status.ts';
import { bucketNames } from '../contracts/subjects.ts';

const keyPrefix = `$KV.${bucketNames.sinks}.`;

/** What writers say of themselves in the SINKS bucket, by instance. */
export class SinkBoard {
  readonly #kv: KV;
  readonly #jsm: JetStreamManager;

  private constructor(kv: KV, jsm: JetStreamManager) {
    this.#kv = kv;
    this.#jsm = jsm;
  }

  static async open(nc: NatsConnection): Promise<SinkBoard> {
    return new SinkBoard(
      await new Kvm(nc).open(bucketNames.sinks),
      await jetstreamManager(nc, { checkAPI: false }),
    );
  }

  async write(status: SinkStatus): Promise<void> {
    await this.#kv.put(status.instance, JSON.stringify(status));
  }

  /** A writer that ends in order takes its entry away. */
  async remove(instance: string): Promise<void> {
    await this.#kv.purge(instance);
  }

  /** Every entry that is there, also those of writers that were killed; look at `updated_at`. */
  async readAll(): Promise<SinkStatus[]> {
    // Asked of the stream: the client's list of keys is a watch, which never ends where a bucket is empty.
    const { state } = await this.#jsm.streams.info(`KV_${bucketNames.sinks}`, {
      subjects_filter: `${keyPrefix}>`,
    });
    const keys = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(keyPrefix.length));
    const entries = await Promise.all(keys.sort().map((key) => this.#kv.get(key)));
    return entries.flatMap((entry) => {
      const status = entry?.operation === 'PUT' ? parseSinkStatus(entry.string()) : undefined;
      return status ? [status] : [];
    });
  }
}

function parseSinkStatus(text: string): SinkStatus | undefined {
  try {
    return sinkStatusSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
