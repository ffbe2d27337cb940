import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { type SinkStatus, sinkStatusSchema } from '../../contracts/sink-status.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { readEntries } from '../consume/read-entries.ts';

/** Writers' reports on themselves in the SINKS bucket, by instance. */
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

  /** A writer that shuts down in order removes its entry. */
  async remove(instance: string): Promise<void> {
    await this.#kv.delete(instance);
  }

  /** Every entry, including those of killed writers: check `updated_at`. */
  readAll(): Promise<SinkStatus[]> {
    // One token matches the keys of writers only: those of collectors have two.
    return readEntries(this.#kv, this.#jsm, {
      bucket: bucketNames.sinks,
      keys: '*',
      schema: sinkStatusSchema,
      keyOf: ({ instance }) => instance,
    });
  }
}
