import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from '../lease/lease-store.ts';

/** A watch goes on by itself after an outage, however long that takes; a list must not. */
const listTimeoutMs = 5_000;

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
    // The watch says with `delta` how many entries are still to come; an empty bucket would never say so.
    if ((await this.#kv.status()).values === 0) return [];
    const records: LeaseRecord[] = [];
    // Deletions are listened to: the last entry may be one, and without it the end would never be seen.
    const watch = await this.#kv.watch();
    const giveUp = setTimeout(() => watch.stop(), listTimeoutMs);
    try {
      for await (const entry of watch) {
        if (entry.operation === 'PUT') {
          records.push({ key: entry.key, value: entry.string(), revision: entry.revision });
        }
        if (!entry.delta) return records;
      }
    } finally {
      clearTimeout(giveUp);
      watch.stop();
    }
    throw new Error(`the leases could not be listed within ${listTimeoutMs} ms`);
  }

  async write(key: string, value: string, expectedRevision: number, timeoutMs: number): Promise<number> {
    try {
      return await this.#put(key, value, expectedRevision, timeoutMs);
    } catch (error) {
      // A key that an operator has deleted is one that does not exist, though its deletion has a revision.
      const deletion =
        expectedRevision === 0 && error instanceof LeaseConflict ? await this.#kv.get(key) : null;
      if (deletion && deletion.operation !== 'PUT') {
        return await this.#put(key, value, deletion.revision, timeoutMs);
      }
      throw error;
    }
  }

  async #put(key: string, value: string, previousSeq: number, timeoutMs: number): Promise<number> {
    try {
      return await this.#kv.put(key, value, { previousSeq, timeout: timeoutMs });
    } catch (error) {
      if (isWrongRevision(error)) {
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

function isWrongRevision(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
      error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
  );
}
