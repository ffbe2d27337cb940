import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { bucketNames } from '../contracts/subjects.ts';
import { type WaitingNotice, waitingNoticeSchema } from '../contracts/waiting-notice.ts';

/** Why running sessions have no collector, by task: the WAITING bucket. */
export class KvWaitingBoard {
  readonly #kv: KV;

  private constructor(kv: KV) {
    this.#kv = kv;
  }

  static async open(nc: NatsConnection): Promise<KvWaitingBoard> {
    return new KvWaitingBoard(await new Kvm(nc).open(bucketNames.waiting));
  }

  async write(taskId: string, notice: WaitingNotice): Promise<void> {
    await this.#kv.put(taskId, JSON.stringify(notice));
  }

  async clear(taskId: string): Promise<void> {
    await this.#kv.delete(taskId);
  }

  /** Undefined when the task's session does not wait. */
  async read(taskId: string): Promise<WaitingNotice | undefined> {
    const entry = await this.#kv.get(taskId);
    if (entry?.operation !== 'PUT') return undefined;
    const parsed = waitingNoticeSchema.safeParse(entry.json());
    return parsed.success ? parsed.data : undefined;
  }
}
