import { JetStreamApiError, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { type ApiKeyRecord, apiKeyRecordSchema } from '../../contracts/api-key.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { watchBucket } from './watch-bucket.ts';

export interface StoredApiKey {
  readonly record: ApiKeyRecord;
  readonly revision: number;
}

/** "wrong last sequence": somebody else has written the key meanwhile. */
const wrongLastSequence = [10071, 10164];

/** The bucket API_KEYS, by the id of each key. */
export class ApiKeyBook {
  readonly #nc: NatsConnection;
  readonly #kv: KV;
  readonly #jsm: JetStreamManager;

  private constructor(nc: NatsConnection, kv: KV, jsm: JetStreamManager) {
    this.#nc = nc;
    this.#kv = kv;
    this.#jsm = jsm;
  }

  static async open(nc: NatsConnection): Promise<ApiKeyBook> {
    return new ApiKeyBook(
      nc,
      await new Kvm(nc).open(bucketNames.apiKeys),
      await jetstreamManager(nc, { checkAPI: false }),
    );
  }

  /** The revision; undefined when this id is taken. */
  create(record: ApiKeyRecord): Promise<number | undefined> {
    return unlessTaken(() => this.#kv.create(record.id, JSON.stringify(record)));
  }

  /** Writes the key. @returns its new revision; undefined when it has changed since `revision` */
  replace({ record, revision }: StoredApiKey): Promise<number | undefined> {
    return unlessTaken(() => this.#kv.update(record.id, JSON.stringify(record), revision));
  }

  /** Every key. One that cannot be read is left out, and so opens nothing. */
  async readAll(): Promise<StoredApiKey[]> {
    const prefix = `$KV.${bucketNames.apiKeys}.`;
    const { state } = await leaderInfo(this.#jsm, `KV_${bucketNames.apiKeys}`, {
      subjects_filter: `${prefix}>`,
    });
    const ids = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
    const entries = await Promise.all(ids.sort().map((id) => this.#kv.get(id)));
    return entries.flatMap((entry) => (entry ? storedKeys(entry) : []));
  }

  /** Every change from now on; `record` is undefined when the key is gone. */
  async watch(
    onChange: (id: string, revision: number, record: ApiKeyRecord | undefined) => void,
  ): Promise<() => void> {
    return watchBucket({ nc: this.#nc, kv: this.#kv, bucket: bucketNames.apiKeys }, (entry) =>
      onChange(entry.key, entry.revision, storedKeys(entry)[0]?.record),
    );
  }
}

function storedKeys(entry: KvEntry): StoredApiKey[] {
  if (entry.operation !== 'PUT') return [];
  try {
    return [{ record: apiKeyRecordSchema.parse(entry.json()), revision: entry.revision }];
  } catch {
    return [];
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
