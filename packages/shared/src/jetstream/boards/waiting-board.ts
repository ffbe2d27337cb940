import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { isLogDamageKey, type LogDamage, logDamageKey, logDamageSchema } from '../../contracts/log-damage.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { type WaitingNotice, waitingNoticeSchema } from '../../contracts/waiting-notice.ts';
import { watchBucket } from './watch-bucket.ts';

/** Why running sessions have no collector, by task, and which supervisors have found the log damaged: the WAITING bucket. */
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

  async writeLogDamage(instance: string, damage: LogDamage): Promise<void> {
    await this.#kv.put(logDamageKey(instance), JSON.stringify(damage));
  }

  async clearLogDamage(instance: string): Promise<void> {
    await this.#kv.delete(logDamageKey(instance));
  }

  /** All that is there, then every change. */
  async watch(listener: {
    /** Undefined when the task's session waits no longer. */
    onNotice(taskId: string, notice: WaitingNotice | undefined): void;
    /** Undefined when it was taken back. */
    onLogDamage(key: string, damage: LogDamage | undefined): void;
  }): Promise<() => void> {
    return watchBucket({ nc: this.#nc, kv: this.#kv, bucket: bucketNames.waiting }, (entry) => {
      if (isLogDamageKey(entry.key)) listener.onLogDamage(entry.key, parsedValue(entry, logDamageSchema));
      else listener.onNotice(entry.key, parsedValue(entry, waitingNoticeSchema));
    });
  }

  /** Undefined when the task's session does not wait. */
  async read(taskId: string): Promise<WaitingNotice | undefined> {
    const entry = await this.#kv.get(taskId);
    return entry ? parsedValue(entry, waitingNoticeSchema) : undefined;
  }
}

function parsedValue<T>(entry: KvEntry, schema: { parse(value: unknown): T }): T | undefined {
  if (entry.operation !== 'PUT') return undefined;
  try {
    return schema.parse(entry.json());
  } catch {
    return undefined;
  }
}
