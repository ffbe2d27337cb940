import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { bucketNames } from '../../contracts/subjects.ts';
import { type WaitingNotice, waitingNoticeSchema } from '../../contracts/waiting-notice.ts';
import { watchBucket } from './watch-bucket.ts';

/** Why running sessions have no collector, by task: the WAITING bucket. */
export class KvWaitingBoard {
  readonly #nc: NatsConnection;
  readonly #kv: KV;

  private constructor(nc: NatsConnection, kv: KV) {
    this.#nc = nc;
    this.#kv = kv;
  }

  static async open(nc: NatsConnection): Promise<KvWaitingBoard> {
    return new KvWaitingBoard(nc, await new Kvm(nc).open(bucketNames.waiting));
  }

  async write(taskId: string, notice: WaitingNotice): Promise<void> {
    await this.#kv.put(taskId, JSON.stringify(notice));
  }

  async clear(taskId: string): Promise<void> {
    await this.#kv.delete(taskId);
  }

  /** Every notice that is there, then every change; undefined when a task's session waits no longer. */
  async watch(onNotice: (taskId: string, notice: WaitingNotice | undefined) => void): Promise<() => void> {
    return watchBucket({ nc: this.#nc, kv: this.#kv, bucket: bucketNames.waiting }, (entry) =>
      onNotice(entry.key, noticeOf(entry)),
    );
  }

  /** Undefined when the task's session does not wait. */
  async read(taskId: string): Promise<WaitingNotice | undefined> {
    const entry = await this.#kv.get(taskId);
    return entry ? noticeOf(entry) : undefined;
  }
}

function noticeOf(entry: KvEntry): WaitingNotice | undefined {
  if (entry.operation !== 'PUT') return undefined;
  try {
    return waitingNoticeSchema.parse(entry.json());
  } catch {
    return undefined;
  }
}
