import { JetStreamApiError, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { wrongLastSequence } from '../connection/error-codes.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { isCopiedEntry } from './is-copied-entry.ts';
import { watchBucket } from './watch-bucket.ts';

export interface StoredRecord<R> {
  readonly record: R;
  readonly revision: number;
}

/** A kind of record and the bucket that holds it. */
export interface RecordKind<R> {
  readonly bucket: string;
  readonly keyOf: (record: R) => string;
  /** @throws when the value is no such record */
  readonly parse: (value: unknown) => R;
}

/** A bucket of records. A write succeeds only if the record is still as the writer last read it. */
export class RecordBook<R> {
  readonly #nc: NatsConnection;
  readonly #kv: KV;
  readonly #jsm: JetStreamManager;
  readonly #kind: RecordKind<R>;

  private constructor(nc: NatsConnection, kv: KV, jsm: JetStreamManager, kind: RecordKind<R>) {
    this.#nc = nc;
    this.#kv = kv;
    this.#jsm = jsm;
    this.#kind = kind;
  }

  static async open<R>(nc: NatsConnection, kind: RecordKind<R>): Promise<RecordBook<R>> {
    return new RecordBook(
      nc,
      await new Kvm(nc).open(kind.bucket),
      await jetstreamManager(nc, { checkAPI: false }),
      kind,
    );
  }

  /** @returns the revision, or undefined if the key is taken */
  create(record: R): Promise<number | undefined> {
    return unlessTaken(() => this.#kv.create(this.#kind.keyOf(record), JSON.stringify(record)));
  }

  /** @returns the new revision, or undefined if the record has changed since `revision` */
  replace({ record, revision }: StoredRecord<R>): Promise<number | undefined> {
    return unlessTaken(() => this.#kv.update(this.#kind.keyOf(record), JSON.stringify(record), revision));
  }

  /** @returns false when the record has changed since `revision` */
  async delete({ record, revision }: StoredRecord<R>): Promise<boolean> {
    const deleted = await unlessTaken(async () => {
      await this.#kv.delete(this.#kind.keyOf(record), { previousSeq: revision });
      return revision;
    });
    return deleted !== undefined;
  }

  async read(key: string): Promise<StoredRecord<R> | undefined> {
    const entry = await this.#kv.get(key);
    return entry ? this.#recordOf(entry) : undefined;
  }

  /** Every record. Unreadable ones are left out, so they grant nothing. */
  async readAll(): Promise<StoredRecord<R>[]> {
    const { bucket } = this.#kind;
    const prefix = `$KV.${bucket}.`;
    const { state } = await leaderInfo(this.#jsm, `KV_${bucket}`, { subjects_filter: `${prefix}>` });
    const keys = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
    const records = await Promise.all(keys.sort().map((key) => this.read(key)));
    return records.filter((record) => record !== undefined);
  }

  /**
   * Every change from now on; `record` is undefined when it is gone.
   * @param onCurrent called whenever the broker has shown that no change is missing
   */
  async watch(
    onChange: (key: string, revision: number, record: R | undefined) => void,
    onCurrent?: () => void,
  ): Promise<() => void> {
    return watchBucket(
      { nc: this.#nc, kv: this.#kv, bucket: this.#kind.bucket },
      (entry) => onChange(entry.key, entry.revision, this.#recordOf(entry)?.record),
      onCurrent,
    );
  }

  #recordOf(entry: KvEntry): StoredRecord<R> | undefined {
    if (entry.operation !== 'PUT' || isCopiedEntry(entry)) return undefined;
    try {
      return { record: this.#kind.parse(entry.json()), revision: entry.revision };
    } catch {
      return undefined;
    }
  }
}

async function unlessTaken(write: () => Promise<number>): Promise<number | undefined> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof JetStreamApiError && wrongLastSequence.includes(error.code)) return undefined;
    throw error;
  }
}
