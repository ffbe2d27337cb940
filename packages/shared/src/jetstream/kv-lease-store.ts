import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { type NatsConnection, nanos } from '@nats-io/nats-core';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from '../lease/lease-store.ts';

/** A watch goes on by itself after an outage, however long that takes; a list must not. */
const listTimeoutMs = 5_000;

/** A key-value bucket as a lease store. Keys are never deleted: a given-up lease stays as such. */
export class KvLeaseStore implements LeaseStore {
  readonly #kv: KV;
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #stream: string;
  readonly #subjectPrefix: string;

  private constructor(kv: KV, js: JetStreamClient, jsm: JetStreamManager, bucket: string) {
    this.#kv = kv;
    this.#js = js;
    this.#jsm = jsm;
    this.#stream = `KV_${bucket}`;
    this.#subjectPrefix = `$KV.${bucket}.`;
  }

  static async open(nc: NatsConnection, bucket: string): Promise<KvLeaseStore> {
    const kv = await new Kvm(nc).open(bucket);
    return new KvLeaseStore(kv, jetstream(nc), await jetstreamManager(nc, { checkAPI: false }), bucket);
  }

  async read(key: string): Promise<LeaseRecord | undefined> {
    const entry = await this.#kv.get(key);
    if (entry?.operation !== 'PUT') return undefined;
    return { key, value: entry.string(), revision: entry.revision };
  }

  /**
   * Through a consumer of its own that is deleted afterwards. A watch would leave one behind at every list, for the
   * five minutes until the broker takes it for abandoned; single reads may be answered by a replica that lags.
   */
  async list(): Promise<LeaseRecord[]> {
    const created = await this.#jsm.consumers.add(this.#stream, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.LastPerSubject,
      filter_subject: `${this.#subjectPrefix}>`,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: nanos(2 * listTimeoutMs),
    });
    // Nobody waits for its end: should that fail, the broker forgets the consumer by itself.
    const forget = () => void this.#jsm.consumers.delete(this.#stream, created.name).catch(() => undefined);
    try {
      const records = new Map<string, LeaseRecord>();
      if (created.num_pending === 0) return [];
      const consumer = this.#js.consumers.getConsumerFromInfo(created);
      const max_messages = created.num_pending + 1_000;
      const messages = await consumer.fetch({ max_messages, expires: listTimeoutMs });
      for await (const message of messages) {
        const key = message.subject.slice(this.#subjectPrefix.length);
        // A deletion is a message too, and may be the last one.
        if (message.headers?.get('KV-Operation')) records.delete(key);
        else records.set(key, { key, value: message.string(), revision: message.seq });
        if (message.info.pending === 0) return [...records.values()];
      }
    } finally {
      forget();
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
