import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { KV, KvEntry } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { pause, systemTimers } from '../../runtime/timers.ts';
import { leaderInfo } from '../connection/leader-info.ts';

const lookEveryMs = 2_500;
/** Buckets in memory vanish with their server; the first service to reconnect recreates them. */
const madeWithinMs = 10_000;
const isMadeEveryMs = 250;

export interface BucketToWatch {
  readonly nc: NatsConnection;
  readonly kv: KV;
  readonly bucket: string;
}

/**
 * Reports every entry of a bucket, then every change, deletions included. An entry may come more than once; its revision
 * tells. Resolves once the watch is set up, to a function that ends it.
 *
 * The client's own watch has a consumer on one node of a cluster. When that node dies, the connection moves to another
 * one, but the client notices only at the second missed heartbeat, one every 30 s: 78 to 83 s without a change were
 * measured. So the bucket's last sequence is asked for now and then, and a watch that stands still behind it is begun
 * again.
 * @param onCurrent called whenever this check has shown that no change is missing
 * @throws what the client throws when the broker cannot be asked, or the bucket is missing for ten seconds
 */
export async function watchBucket(
  { nc, kv, bucket }: BucketToWatch,
  onEntry: (entry: KvEntry) => void,
  onCurrent: () => void = () => undefined,
): Promise<() => void> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const watch = new BucketWatch(kv, onEntry);
  await onceThere(() => watch.begin());
  void watch.standUntilStopped({ nc, jsm, stream: `KV_${bucket}` }, onCurrent);
  return () => watch.stop();
}

async function onceThere(begin: () => Promise<void>): Promise<void> {
  const giveUpAt = performance.now() + madeWithinMs;
  for (;;) {
    try {
      return await begin();
    } catch (error) {
      const isNotThere =
        error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
      if (!isNotThere || performance.now() > giveUpAt) throw error;
      await pause(systemTimers, isMadeEveryMs);
    }
  }
}

class BucketWatch {
  readonly #kv: KV;
  readonly #onEntry: (entry: KvEntry) => void;
  readonly #stopping = new AbortController();
  #watch: Awaited<ReturnType<KV['watch']>> | undefined;
  #lastRevision = 0;

  constructor(kv: KV, onEntry: (entry: KvEntry) => void) {
    this.#kv = kv;
    this.#onEntry = onEntry;
  }

  async begin(): Promise<void> {
    const fresh = await this.#kv.watch();
    this.#watch?.stop();
    this.#watch = fresh;
    if (this.#stopping.signal.aborted) fresh.stop();
    // A watch that ends in an error is handled as one that stands still.
    void this.#follow(fresh).catch(() => undefined);
  }

  stop(): void {
    this.#stopping.abort();
    this.#watch?.stop();
  }

  async #follow(watch: AsyncIterable<KvEntry>): Promise<void> {
    for await (const entry of watch) {
      // An earlier watch may still hold entries older than those that the new one begins with.
      if (watch !== this.#watch || this.#stopping.signal.aborted) return;
      this.#lastRevision = Math.max(this.#lastRevision, entry.revision);
      this.#onEntry(entry);
    }
  }

  async #beginAnew(before: number, last: number): Promise<void> {
    // Every entry is delivered again, but an emptied bucket no longer has its last one.
    this.#lastRevision = last;
    try {
      await this.begin();
    } catch (error) {
      this.#lastRevision = before;
      throw error;
    }
  }

  /** Never throws: an unavailable broker is asked again. */
  async standUntilStopped(
    { nc, jsm, stream }: { nc: NatsConnection; jsm: JetStreamManager; stream: string },
    onCurrent: () => void,
  ): Promise<void> {
    const { signal } = this.#stopping;
    let stoodAt: number | undefined;
    while (!signal.aborted && !nc.isClosed()) {
      await pause(systemTimers, lookEveryMs, signal);
      if (signal.aborted || nc.isClosed()) return;
      try {
        const before = this.#lastRevision;
        const { last_seq: last } = (await leaderInfo(jsm, stream)).state;
        const isBehind = last !== before && before === this.#lastRevision;
        // An entry that is still on its way is no sign of a blind watch.
        if (isBehind && stoodAt === before) await this.#beginAnew(before, last);
        stoodAt = isBehind ? before : undefined;
        if (!isBehind && !signal.aborted) onCurrent();
      } catch {
        // The broker is unavailable, or put the consumer on the dead node: the next look tries again.
      }
    }
  }
}
