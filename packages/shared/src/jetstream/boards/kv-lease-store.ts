import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from '../../lease/lease-store.ts';
import { fewAtOnce } from '../../runtime/few-at-once.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';
import { isBrokerSilent } from '../connection/broker-silence.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { SenderQueues, type UntrustedMessage } from '../consume/sender-queues.ts';
import type { SenderRefusals } from '../consume/sender-refusals.ts';
import { watchBucket } from './watch-bucket.ts';

/** How many keys of a list are read at a time. */
const askedAtOnce = 100;

/** A key-value bucket as a lease store. Keys are never deleted: a given-up lease stays, marked as such. */
export class KvLeaseStore implements LeaseStore {
  readonly #nc: NatsConnection;
  readonly #kv: KV;
  readonly #jsm: JetStreamManager;
  readonly #bucket: string;
  readonly #stream: string;
  readonly #subjectPrefix: string;
  readonly #answers: BrokerAnswers;
  readonly #inTurn = fewAtOnce(askedAtOnce);

  private constructor(nc: NatsConnection, kv: KV, jsm: JetStreamManager, bucket: string) {
    this.#nc = nc;
    this.#answers = BrokerAnswers.of(nc);
    this.#kv = kv;
    this.#jsm = jsm;
    this.#bucket = bucket;
    this.#stream = `KV_${bucket}`;
    this.#subjectPrefix = `$KV.${bucket}.`;
  }

  static async open(nc: NatsConnection, bucket: string): Promise<KvLeaseStore> {
    const kv = await new Kvm(nc).open(bucket);
    return new KvLeaseStore(nc, kv, await jetstreamManager(nc, { checkAPI: false }), bucket);
  }

  /** Reads from the stream's leader; no other copy is asked, see `ensureStreams`. */
  async read(key: string): Promise<LeaseRecord | undefined> {
    const entry = await this.#kv.get(key);
    if (entry?.operation !== 'PUT') return undefined;
    return recordOf(entry);
  }

  /**
   * Reads key by key. A consumer would be on one node of a cluster, and the broker takes a dead node for alive for about
   * a minute: with three nodes, a third of all lists failed during that minute, each after 5 s.
   */
  async list(): Promise<LeaseRecord[]> {
    const { state } = await leaderInfo(this.#jsm, this.#stream, {
      subjects_filter: `${this.#subjectPrefix}>`,
    });
    const keys = Object.keys(state.subjects ?? {}).map((subject) =>
      subject.slice(this.#subjectPrefix.length),
    );
    const records = await Promise.all(keys.sort().map((key) => this.#inTurn(() => this.read(key))));
    return records.filter((record) => record !== undefined);
  }

  async write(key: string, value: string, expectedRevision: number, timeoutMs: number): Promise<number> {
    try {
      return await this.#put(key, value, expectedRevision, timeoutMs);
    } catch (error) {
      // A key that an operator has deleted counts as missing, although its deletion has a revision.
      const deletion =
        expectedRevision === 0 && error instanceof LeaseConflict ? await this.#kv.get(key) : null;
      if (deletion && deletion.operation !== 'PUT') {
        return await this.#put(key, value, deletion.revision, timeoutMs);
      }
      throw error;
    }
  }

  async #put(key: string, value: string, previousSeq: number, timeoutMs: number): Promise<number> {
    const question = this.#answers.asked('write');
    try {
      const revision = await this.#kv.put(key, value, { previousSeq, timeout: timeoutMs });
      question.answered();
      return revision;
    } catch (error) {
      if (isBrokerSilent(error)) question.failed((error as Error).message);
      else question.answered();
      if (isWrongRevision(error)) {
        throw new LeaseConflict(`${key} was written by somebody else`, { cause: error });
      }
      throw error;
    }
  }

  /** @param refusals for a bucket whose writers are not trusted: a holder that writes more than is read is noted there */
  async watch(onChange: (record: LeaseRecord) => void, refusals?: SenderRefusals): Promise<() => void> {
    const bucket = { nc: this.#nc, kv: this.#kv, bucket: this.#bucket };
    if (!refusals) return watchBucket(bucket, (entry) => reportLease(entry, onChange));
    const queues = new SenderQueues<UntrustedMessage & { readonly entry: KvEntry }>({
      take: ({ entry }) => {
        reportLease(entry, onChange);
        return true;
      },
      onRefused: (sender, cause) => refusals.note({ sender, bucket: this.#bucket, cause }),
    });
    const stop = await watchBucket(bucket, (entry) =>
      queues.put({ sender: entry.key, key: entry.key, bytes: entry.value.length, entry }),
    );
    return () => {
      stop();
      queues.stop();
    };
  }
}

function reportLease(entry: KvEntry, onChange: (record: LeaseRecord) => void): void {
  if (entry.operation === 'PUT') onChange(recordOf(entry));
}

function recordOf(entry: KvEntry): LeaseRecord {
  const { key, revision, created } = entry;
  return { key, value: entry.string(), revision, writtenAtMs: created.getTime() };
}

function isWrongRevision(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
      error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
  );
}
