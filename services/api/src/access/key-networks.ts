import { type BlockList, isIP } from 'node:net';
import type { ApiKeyRecord } from '@holdfast/shared/contracts/api-key.ts';
import { networkList } from '@holdfast/shared/runtime/networks.ts';

/** Parsed networks, made once for each record since every request needs them. */
const lists = new WeakMap<ApiKeyRecord, BlockList>();

/** Whether the key may be used from this address, the connection's or the one that a trusted proxy names. */
export function mayBeUsedFrom(key: ApiKeyRecord, address: string | undefined): boolean {
  if (key.networks.length === 0) return true;
  const family = isIP(address ?? '');
  if (address === undefined || family === 0) return false;
  let list = lists.get(key);
  if (!list) {
    try {
      list = networkList(key.networks);
    } catch {
      // A list that cannot be read opens nothing.
      return false;
    }
    lists.set(key, list);
  }
  // An IPv4 address that arrives over IPv6 (::ffff:192.0.2.5) is in the same networks as over IPv4. The zone of a
  // link-local address (%eth0) is this machine's own name for the link.
  return list.check(address.split('%', 1)[0] ?? '', family === 6 ? 'ipv6' : 'ipv4');
}
