import { isIP } from 'node:net';
import { networkList } from '@holdfast/shared/runtime/networks.ts';

/**
 * Tells fastify which peers to believe when they say whom they pass on (X-Forwarded-For). Fastify goes from the
 * connection's address back through those in the header, up to the first that is not believed.
 * @param networks in CIDR notation, or single addresses; none: nobody is believed
 */
export function trustedProxies(networks: readonly string[]): false | ((address: string) => boolean) {
  if (networks.length === 0) return false;
  const list = networkList(networks);
  return (address) => {
    const family = isIP(address);
    // Not an address: a name that a proxy made up, or whatever the first sender wrote there.
    if (family === 0) return false;
    return list.check(address.split('%', 1)[0] ?? '', family === 6 ? 'ipv6' : 'ipv4');
  };
}
