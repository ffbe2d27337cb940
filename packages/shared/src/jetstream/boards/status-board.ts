import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { type SessionLiveStatus, sessionStatusSchema } from '../../contracts/session-status.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { watchBucket } from './watch-bucket.ts';

/** Live states of sessions in the STATUS bucket, by task. */
export class StatusBoard {
  readonly #nc: NatsConnection;
  readonly #kv: KV;

  private constructor(nc: NatsConnection, kv: KV) {
    this.#nc = nc;
    this.#kv = kv;
  }

  static async open(nc: NatsConnection): Promise<StatusBoard> {
    return new StatusBoard(nc, await new Kvm(nc).open(bucketNames.status));
  }

  async write(taskId: string, status: SessionLiveStatus): Promise<void> {
    await this.#kv.put(taskId, JSON.stringify(status));
  }

  async read(taskId: string): Promise<SessionLiveStatus | undefined> {
    const entry = await this.#kv.get(taskId);
    return entry?.operation === 'PUT' ? parseSessionStatus(entry.string()) : undefined;
  }

  /** Every status that is there, then every change. A missed change costs seconds: owners rewrite theirs. */
  async watch(onStatus: (taskId: string, status: SessionLiveStatus) => void): Promise<() => void> {
    return watchBucket({ nc: this.#nc, kv: this.#kv, bucket: bucketNames.status }, (entry) => {
      const status = entry.operation === 'PUT' ? parseSessionStatus(entry.string()) : undefined;
      if (status) onStatus(entry.key, status);
    });
  }
}

export function parseSessionStatus(text: string): SessionLiveStatus | undefined {
  try {
    return sessionStatusSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
