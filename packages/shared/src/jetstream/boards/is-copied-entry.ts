import type { KvEntry } from '@nats-io/kv';
import type { MsgHdrs } from '@nats-io/nats-core';
import { isBrokerCopy } from '../../contracts/broker-copy.ts';

/**
 * Whether an entry is a copy that a client made the broker put into the bucket. The client does not expose its headers.
 */
export function isCopiedEntry(entry: KvEntry): boolean {
  const { sm } = entry as KvEntry & {
    readonly sm?: { readonly header?: MsgHdrs; readonly headers?: MsgHdrs };
  };
  return isBrokerCopy(sm?.header ?? sm?.headers);
}
