import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { type SessionLiveStatus, sessionStatusSchema } from '../../contracts/session-status.ts';
import { bucketNames, parseStatusKey, statusKey } from '../../contracts/subjects.ts';
import { isCopiedEntry } from './is-copied-entry.ts';
import { watchBucket } from './watch-bucket.ts';

/** A status of some 4,000 devices or more exceeds the message limit of NATS, 1 MiB by default. */
const plainAtMostBytes = 524_288;
/** Bounds what a collector can make its readers unpack; 10,000 devices that all fail take a third of it. */
const unpackedAtMostBytes = 16_777_216;
const gzipped = promisify(gzip);

/** Live states of sessions in the STATUS bucket, by collector and task: JSON, and gzip of it where that is long. */
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
    const text = JSON.stringify(status);
    const isLong = Buffer.byteLength(text) > plainAtMostBytes;
    await this.#kv.put(statusKey(status.collector, taskId), isLong ? await gzipped(text) : text);
  }

  /**
   * Every status that is there, then every change. A missed change costs seconds: owners rewrite their status. A
   * collector's status is reported only when it stands under that collector's id; only the log tells whether it holds
   * the session.
   */
  async watch(onStatus: (taskId: string, status: SessionLiveStatus) => void): Promise<() => void> {
    return watchBucket({ nc: this.#nc, kv: this.#kv, bucket: bucketNames.status }, (entry) => {
      const isSaid = entry.operation === 'PUT' && !isCopiedEntry(entry);
      const status = isSaid ? parseSessionStatus(entry.value) : undefined;
      const key = parseStatusKey(entry.key);
      if (status && key?.collectorId === status.collector) onStatus(key.taskId, status);
    });
  }
}

function parseSessionStatus(stored: Uint8Array): SessionLiveStatus | undefined {
  try {
    const isPacked = stored[0] === 0x1f && stored[1] === 0x8b;
    const text = isPacked ? gunzipSync(stored, { maxOutputLength: unpackedAtMostBytes }) : stored;
    return sessionStatusSchema.parse(JSON.parse(new TextDecoder().decode(text)));
  } catch {
    return undefined;
  }
}
