import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from '../lease/lease-store.ts';

/** A key-value bucket as a lease store. Keys are never deleted: a given-up lease stays as such. */
export class KvLeaseStore implements LeaseStore {
  readonly #kv: KV;

  private constructor(kv: KV) {
    this.#kv = kv;
  }

  static async open(nc: NatsConnection, bucket: string): Promise<KvLeaseStore> {
    return new KvLeaseStore(await new Kvm(nc).open(bucket));
  }

  async read(key: string): Promise<LeaseRecord | undefined> {
    const entry = await this.#kv.get(key);
    if (entry?.operation !== 'PUT') return undefined;
    return { key, value: entry.string(), revision: entry.revision };
  }

  async list(): Promise<LeaseRecord[]> {
    const records: LeaseRecord[] = [];
    const watch = await this.#kv.watch({ ignoreDeletes: true });
    // The watch says with `delta` how many entries are still to come; an empty bucket ends it at once.
    const status = await this.#kv.status();
    if (status.values === 0) {
      watch.stop();
      return records;
    }
    for await (const entry of watch) {
      if (entry.operation === 'PUT') {
        records.push({ key: entry.key, value: entry.string(), revision: entry.revision });
      }
      if (!entry.delta) break;
    }
    watch.stop();
    return records;
  }

  async write(key: string, value: string, expectedRevision: number, timeoutMs: number): Promise<number> {
    try {
      return await this.#kv.put(key, value, { previousSeq: expectedRevision, timeout: timeoutMs });
    } catch (error) {
      if (
        error instanceof JetStreamApiError &&
        (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
          error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
      ) {
        throw new LeaseConflict(`${key} was written by somebody else`, { cause: error });
      }
      throw error;
    }
  }

  async watch(onChange: (record: LeaseRecord) => void): Promise<() => void> {
    const watch = await this.#kv.watch();
    void (async () => {
      for await (const entry of watch) {
        if (entry.operation !== 'PUT') continue;
        onChange({ key: entry.key, value: entry.string(), revision: entry.revision });
      }
    })();
    return () => watch.stop();
  }
}
