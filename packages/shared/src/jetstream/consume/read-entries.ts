import type { JetStreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type * as z from 'zod';
import { parseUntrusted } from '../../judgement/parse-untrusted.ts';
import { leaderInfo } from '../connection/leader-info.ts';

/**
 * The entries of a bucket whose keys match, in the order of their keys. Entries that cannot be read, or are not under
 * their own key, are left out: the broker lets each collector write under its id only.
 */
export async function readEntries<T>(
  kv: KV,
  jsm: JetStreamManager,
  where: {
    readonly bucket: string;
    readonly keys: string;
    readonly schema: z.ZodType<T>;
    readonly keyOf: (value: T) => string;
  },
): Promise<T[]> {
  const prefix = `$KV.${where.bucket}.`;
  // The stream is asked, since the client lists keys by a watch, which never ends where a bucket is empty.
  const { state } = await leaderInfo(jsm, `KV_${where.bucket}`, {
    subjects_filter: `${prefix}${where.keys}`,
  });
  const keys = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
  const entries = await Promise.all(keys.sort().map((key) => kv.get(key)));
  return entries.flatMap((entry) => {
    const value = entry?.operation === 'PUT' ? parseUntrusted(where.schema, entry.string()) : undefined;
    return value !== undefined && where.keyOf(value) === entry?.key ? [value] : [];
  });
}
