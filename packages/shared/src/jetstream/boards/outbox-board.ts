import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { type OutboxStatus, outboxStatusSchema } from '../../contracts/outbox-status.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { readEntries } from '../consume/read-entries.ts';

const keyOf = ({ collector }: Pick<OutboxStatus, 'collector'>) => `outbox.${collector}`;

/**
 * Collectors' reports on the samples still on their way, in the SINKS bucket next to the writers' reports, by collector
 * id.
 */
export class OutboxBoard {
  readonly #kv: KV;
  readonly #jsm: JetStreamManager;

  private constructor(kv: KV, jsm: JetStreamManager) {
    this.#kv = kv;
    this.#jsm = jsm;
  }

  static async open(nc: NatsConnection): Promise<OutboxBoard> {
    return new OutboxBoard(
      await new Kvm(nc).open(bucketNames.sinks),
      await jetstreamManager(nc, { checkAPI: false }),
    );
  }

  async write(status: OutboxStatus): Promise<void> {
    await this.#kv.put(keyOf(status), JSON.stringify(status));
  }

  /** A collector that shuts down in order removes its entry. */
  async remove(collectorId: string): Promise<void> {
    await this.#kv.delete(`outbox.${collectorId}`);
  }

  /** Every entry that a collector has written about itself, including collectors that are gone: check `updated_at`. */
  readAll(): Promise<OutboxStatus[]> {
    const where = { bucket: bucketNames.sinks, keys: 'outbox.*', schema: outboxStatusSchema, keyOf };
    return readEntries(this.#kv, this.#jsm, where);
  }
}
