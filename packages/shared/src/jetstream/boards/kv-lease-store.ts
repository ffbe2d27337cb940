import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type StoredMsg,
} from '@nats-io/jetstream';
import { type KV, type KvEntry, Kvm, type KvPutOptions } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from '../../lease/lease-store.ts';
import { fewAtOnce } from '../../runtime/few-at-once.ts';
import { withDeadline } from '../../runtime/timers.ts';
import { NoAnswerInTime } from '../connection/ask-again.ts';
import { BrokerAnswers, lateAnswersMs } from '../connection/broker-answers.ts';
import { isBrokerSilent } from '../connection/broker-silence.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { SenderQueues, type UntrustedMessage } from '../consume/sender-queues.ts';
import type { SenderRefusals } from '../consume/sender-refusals.ts';
import { watchBucket } from './watch-bucket.ts';

/** Header of a message that stands for the deletion of its key. */
const operationHeader = 'KV-Operation';
/** How many keys of a list are read at a time. */
const askedAtOnce = 100;

/** How the leases of holders that are not trusted are watched. */
export interface UntrustedHolders {
  /** Notes holders that write more than is read of one, or what cannot be read. */
  readonly refusals: SenderRefusals;
  /** An unreadable lease is reported all the same: it may be of a newer release, and its holder is alive. */
  readonly isReadable: (record: LeaseRecord) => boolean;
}

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

  readonly #readsDirectly: boolean;

  private constructor(
    nc: NatsConnection,
    kv: KV,
    jsm: JetStreamManager,
    { bucket, readsDirectly }: { readonly bucket: string; readonly readsDirectly: boolean },
  ) {
    this.#readsDirectly = readsDirectly;
    this.#nc = nc;
    this.#answers = BrokerAnswers.of(nc);
    this.#kv = kv;
    this.#jsm = jsm;
    this.#bucket = bucket;
    this.#stream = `KV_${bucket}`;
    this.#subjectPrefix = `$KV.${bucket}.`;
  }

  /**
   * @param options.readsDirectly for a holder that may read its own key alone, since permissions can name it in a direct
   *   get. Any copy of the bucket answers, so a read may be older than an accepted write. Everybody else asks the leader.
   */
  static async open(
    nc: NatsConnection,
    bucket: string,
    { readsDirectly = false }: { readonly readsDirectly?: boolean } = {},
  ): Promise<KvLeaseStore> {
    const kv = await new Kvm(nc).open(bucket);
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    return new KvLeaseStore(nc, kv, jsm, { bucket, readsDirectly });
  }

  async read(key: string): Promise<LeaseRecord | undefined> {
    const message = await this.#message(key);
    if (!message || message.header.has(operationHeader)) return undefined;
    return { key, value: message.string(), revision: message.seq, writtenAtMs: message.time.getTime() };
  }

  async #message(key: string): Promise<StoredMsg | undefined> {
    const query = { last_by_subj: `${this.#subjectPrefix}${key}` };
    const source = this.#readsDirectly ? this.#jsm.direct : this.#jsm.streams;
    try {
      return (await source.getMessage(this.#stream, query)) ?? undefined;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound)
        return undefined;
      throw error;
    }
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

  async write(key: string, value: string, expectedRevision: number, timeoutMs?: number): Promise<number> {
    try {
      return await this.#put(key, value, expectedRevision, timeoutMs);
    } catch (error) {
      // A key that an operator has deleted counts as missing, although its deletion has a revision.
      const deletion =
        expectedRevision === 0 && error instanceof LeaseConflict ? await this.#message(key) : undefined;
      if (deletion?.header.has(operationHeader)) return await this.#put(key, value, deletion.seq, timeoutMs);
      throw error;
    }
  }

  async #put(
    key: string,
    value: string,
    previousSeq: number,
    timeoutMs = this.#answers.patienceMs('write'),
  ): Promise<number> {
    const timeout = Math.max(timeoutMs, lateAnswersMs);
    const revision = await withDeadline(this.#putUntilLate(key, value, { previousSeq, timeout }), timeoutMs);
    if (revision === undefined) throw new NoAnswerInTime(`no answer within ${Math.round(timeoutMs)} ms`);
    return revision;
  }

  async #putUntilLate(key: string, value: string, options: Partial<KvPutOptions>): Promise<number> {
    const question = this.#answers.recordQuestion('write');
    try {
      const revision = await this.#kv.put(key, value, options);
      question.answered();
      return revision;
    } catch (error) {
      if (isBrokerSilent(error)) question.failed((error as Error).message);
      else question.answered();
      if (isWrongRevision(error)) {
        throw new LeaseConflict(`${key} was written by another process`, { cause: error });
      }
      throw error;
    }
  }

  /** @param untrusted for a bucket whose writers are not trusted: each has a budget, and what it wastes is noted */
  async watch(onChange: (record: LeaseRecord) => void, untrusted?: UntrustedHolders): Promise<() => void> {
    const bucket = { nc: this.#nc, kv: this.#kv, bucket: this.#bucket };
    if (!untrusted) return watchBucket(bucket, (entry) => reportLease(entry, onChange));
    const { refusals, isReadable } = untrusted;
    const queues = new SenderQueues<UntrustedMessage & { readonly entry: KvEntry }>({
      take: ({ entry }) => {
        reportLease(entry, onChange);
        return entry.operation !== 'PUT' || isReadable(recordOf(entry));
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
