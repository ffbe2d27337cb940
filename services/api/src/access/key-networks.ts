import { type BlockList, isIP } from 'node:net';
import type { ApiKeyRecord } from '@holdfast/shared/contracts/api-key.ts';
import { networkList } from '@holdfast/shared/runtime/networks.ts';

/** Made once for each record, since every request asks. */
const lists = new WeakMap<ApiKeyRecord, BlockList>();

/** Whether the key may be used from this address: that of the connection, or what a proxy that is believed says of it. */
export function mayBeUsedFrom(key: ApiKeyRecord, address: string | undefined): boolean {
  if (key.networks.length === 0) return true;
  const family = isIP(address ?? '');
  if (address === undefined || family === 0) return false;
  let list = lists.get(key);
  if (!list) {
    try {
      list = networkList(key.networks);
    } catch {
      // Nobody knows what was meant by it, so it opens nothing.
      return false;
    }
    lists.set(key, list);
  }
  // An IPv4 address that arrives over IPv6 (::ffff:192.0.2.5) is in the networks that it is in over IPv4.
  // The zone of a link-local address (%eth0) is this machine's own name for the link.
  return list.check(address.split('%', 1)[0] ?? '', family === 6 ? 'ipv6' : 'ipv4');
}
