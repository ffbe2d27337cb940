import {
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { PermissionViolationError } from '@nats-io/nats-core';
import { bucketNames } from '../../contracts/subjects.ts';
import { streamSetUp } from '../connection/leader-info.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const dayMs = 86_400_000;
const nanosPerMs = 1_000_000;

interface Bucket {
  readonly name: string;
  readonly storage: StorageType;
  readonly max_bytes: number;
  /** ms */
  readonly ttl?: number;
  /** Most bytes of one value, where a writer is not fully trusted: keys are bounded by the names that they may have. */
  readonly max_msg_size?: number;
  /** Its owners write values again within seconds: a full bucket takes the new and lets go of the old. */
  readonly forgets?: boolean;
  /**
   * Whether single keys may be read by their subject, which permissions can name, instead of by a request that can ask
   * for any message. Any copy answers, even an old one.
   */
  readonly direct?: boolean;
}

/** The key-value buckets, as they are made. */
export const buckets: readonly Bucket[] = [
  // File storage: a broker restart must not forget who holds a lease.
  {
    name: bucketNames.collectors,
    storage: StorageType.File,
    max_bytes: 16 * mebibyte,
    max_msg_size: 64 * kibibyte,
    direct: true,
  },
  { name: bucketNames.leader, storage: StorageType.File, max_bytes: mebibyte },
  // Commands must be taken while the database is unavailable, so who may send them is kept here.
  { name: bucketNames.apiKeys, storage: StorageType.File, max_bytes: 4 * mebibyte },
  { name: bucketNames.users, storage: StorageType.File, max_bytes: 4 * mebibyte },
  // Longer than any login lasts; one that is over is deleted by the API.
  { name: bucketNames.logins, storage: StorageType.File, max_bytes: 16 * mebibyte, ttl: 91 * dayMs },
  // Longer than any link is valid.
  { name: bucketNames.links, storage: StorageType.File, max_bytes: mebibyte, ttl: 4 * dayMs },
  // Each is over after ten minutes, and begun again where a restart has forgotten it.
  { name: bucketNames.begunLogins, storage: StorageType.Memory, max_bytes: 4 * mebibyte, ttl: 15 * 60_000 },
  // Commands that came with an Idempotency-Key, and their answers.
  { name: bucketNames.commandKeys, storage: StorageType.File, max_bytes: 64 * mebibyte, ttl: dayMs },
  // Live values only: their owners write them again within seconds.
  {
    ...{ name: bucketNames.status, storage: StorageType.Memory, max_bytes: 64 * mebibyte, forgets: true },
    max_msg_size: 256 * kibibyte,
  },
  { name: bucketNames.waiting, storage: StorageType.Memory, max_bytes: 16 * mebibyte },
  // Each life of a writer has a key of its own; those of the dead go away by themselves.
  {
    ...{ name: bucketNames.sinks, storage: StorageType.Memory, max_bytes: 16 * mebibyte, ttl: 10 * 60_000 },
    ...{ max_msg_size: 256 * kibibyte, forgets: true },
  },
];

/**
 * The stream behind a bucket. The client is not used to make it, since it allows roll-ups: with one header, a client
 * that may write a single key could remove every other key of the bucket.
 */
export function bucketStream(
  { name, storage, max_bytes, ttl = 0, max_msg_size = -1, forgets = false, direct = false }: Bucket,
  num_replicas: number,
) {
  return {
    name: `KV_${name}`,
    subjects: [`$KV.${name}.>`],
    ...{ storage, max_bytes, max_msg_size, num_replicas, max_age: ttl * nanosPerMs },
    retention: RetentionPolicy.Limits,
    discard: forgets ? DiscardPolicy.Old : DiscardPolicy.New,
    max_msgs_per_subject: 1,
    allow_direct: direct,
    allow_rollup_hdrs: false,
  } satisfies Partial<StreamConfig>;
}

/**
 * Denies roll-ups on a bucket that was made with them. A service that may not change streams leaves it, and learns when
 * streams are compared.
 */
export async function denyRollUps(jsm: JetStreamManager, name: string): Promise<void> {
  if ((await streamSetUp(jsm, name)).config.allow_rollup_hdrs !== true) return;
  try {
    await jsm.streams.update(name, { allow_rollup_hdrs: false });
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(error instanceof PermissionViolationError || cause instanceof PermissionViolationError))
      throw error;
  }
}
