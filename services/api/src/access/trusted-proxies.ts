import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { networkList } from '@holdfast/shared/runtime/networks.ts';

/**
 * Sets which peers fastify believes when they say whom they pass on (X-Forwarded-For). Fastify goes from the
 * connection's address back through those in the header, up to the first that is not believed.
 * @param networks in CIDR notation, or single addresses; none: no peer is believed
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

/**
 * Rewrites X-Forwarded-For to addresses alone, before anything reads it: some proxies append ports, so each connection of
 * one client would count as another address.
 */
export function bareForwardedAddresses(headers: IncomingHttpHeaders): void {
  const { 'x-forwarded-for': chain } = headers;
  if (typeof chain !== 'string') return;
  const hops = chain.split(',').map((hop) => hop.trim());
  headers['x-forwarded-for'] = hops
    .filter((hop) => hop !== '')
    .map(bareAddress)
    .join(', ');
}

/** `192.0.2.7:41000`, `[2001:db8::1]:443`, or either in quotes. */
const withPort = /^"?(?:\[([^[\]]+)\]|([\d.]+))(?::[\w-]+)?"?$/;

/** The address in one entry of X-Forwarded-For; `unknown` for an entry without one. */
export function bareAddress(hop: string): string {
  if (isIP(hop) !== 0) return hop;
  const [, six, four] = withPort.exec(hop) ?? [];
  const address = six ?? four ?? '';
  // One word for all of these: made-up names that change would each get limits of their own.
  return isIP(address) === 0 ? 'unknown' : address;
}
