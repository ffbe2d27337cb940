import type { Text } from '@holdfast/texts/text.ts';
import { driverText } from './texts.ts';

/** A name or an address alone. An IPv6 address has at least two colons; `host:port` has one. */
export const hostPattern = '^(?:[^\\s/[\\]:]*|[^\\s/[\\]:]*:[^\\s/[\\]:]*:[^\\s/[\\]]*)$';

/** Why a text is not a host, in words for its author, or undefined if it may be one. */
export function hostProblem(host: string): Text | undefined {
  return new RegExp(hostPattern).test(host) ? undefined : driverText('host_rule');
}

/** IPv4 within IPv6: mapped, and as NAT64 passes it on. URL writes both in hexadecimal. */
const wrappedIpv4 = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
/** Connecting to any of these reaches this machine, as 127.0.0.1 does. */
const thisMachine = new Set(['localhost', '0.0.0.0', '::', '::1']);

/**
 * The one spelling of a host. Operating systems take `127.1`, `2130706433`, `0x7f.1`, `::ffff:127.0.0.1` and
 * `localhost.` for one address. Whether two names stand for one host is known to DNS alone.
 */
export function plainHost(host: string): string {
  const [text = '', ...zone] = host.trim().toLowerCase().split('%');
  if (zone.length > 0) return [urlHost(text), ...zone].join('%');
  const hostText = urlHost(text).replace(/\.$/, '');
  const [, high, low] = wrappedIpv4.exec(hostText) ?? [];
  const plain = high && low ? dotted(Number.parseInt(high, 16), Number.parseInt(low, 16)) : hostText;
  return thisMachine.has(plain) ? '127.0.0.1' : plain;
}

/** `host:port`, with an IPv6 address in brackets. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * URLs have the rules of inet_aton for IPv4, and the shortest form of IPv6. Other characters would end the host of a URL,
 * but not the name that DNS is asked for.
 */
function urlHost(host: string): string {
  if (!/^[a-z0-9._:-]+$/.test(host)) return host;
  try {
    return new URL(`http://${host.includes(':') ? `[${host}]` : host}`).hostname.replace(/^\[|\]$/g, '');
  } catch {
    return host;
  }
}

const dotted = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join('.');
