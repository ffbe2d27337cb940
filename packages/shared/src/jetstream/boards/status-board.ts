import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { type SessionLiveStatus, sessionStatusSchema } from '../../contracts/session-status.ts';
import { bucketNames, parseStatusKey, statusKey } from '../../contracts/subjects.ts';
import { isCopiedEntry } from './is-copied-entry.ts';
import { watchBucket } from './watch-bucket.ts';

/** Live states of sessions in the STATUS bucket, by collector and task. */
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
    await this.#kv.put(statusKey(status.collector, taskId), JSON.stringify(status));
  }

  /**
   * Every status that is there, then every change. A missed change costs seconds: owners rewrite theirs. What a collector says is
   * told only where it says it under its own id; whether it holds the session is for the log to say.
   */
  async watch(onStatus: (taskId: string, status: SessionLiveStatus) => void): Promise<() => void> {
    return watchBucket({ nc: this.#nc, kv: this.#kv, bucket: bucketNames.status }, (entry) => {
      const isSaid = entry.operation === 'PUT' && !isCopiedEntry(entry);
      const status = isSaid ? parseSessionStatus(entry.string()) : undefined;
      const key = parseStatusKey(entry.key);
      if (status && key?.collectorId === status.collector) onStatus(key.taskId, status);
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
