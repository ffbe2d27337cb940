import { isIP } from 'node:net';
import * as z from 'zod';
import { untrustedRecord } from '../judgement/parse-untrusted.ts';

/** Endpoints in one question, so that the answer fits into a message. */
export const askedEndpointsAtMost = 200;
/** Addresses of one endpoint that count: a name of more is no device. */
export const addressesOfEndpoint = 8;
/** A longer answer is not read. */
export const addressesReplyBytesAtMost = 262_144;

/**
 * Request and reply on `collectors.<id>.addresses`, not stored: a supervisor or the API asks a collector for the addresses of named
 * endpoints, since the DNS of the collector's network is the one that counts.
 */
export const addressesCallSchema = z.object({
  v: z.literal(1),
  /** Each `host:port`. */
  endpoints: z.array(z.string().max(300)).max(askedEndpointsAtMost),
});
export type AddressesCall = z.infer<typeof addressesCallSchema>;

export const addressesReplySchema = z.object({
  /** By endpoint, each `address:port`; endpoints that have none are left out. */
  addresses: untrustedRecord(z.array(z.string().max(64)).max(addressesOfEndpoint)),
});
export type AddressesReply = z.infer<typeof addressesReplySchema>;

/** `name:port`. An address in place of the name needs no answer, and a serial line has another form. */
const namedEndpoint = /^([^\s/[\]:@]{1,253}):\d{1,5}$/;

export function isNamedEndpoint(endpoint: string): boolean {
  const [, host = ''] = namedEndpoint.exec(endpoint) ?? [];
  return host !== '' && isIP(host) === 0;
}

/** Addresses of a named endpoint that count: those with its own port, since a collector has no say about others. */
export function ownAddresses(endpoint: string, addresses: readonly string[]): readonly string[] {
  const port = endpoint.slice(endpoint.lastIndexOf(':'));
  const isOwn = (address: string) =>
    address.endsWith(port) && isIP(address.slice(0, -port.length).replace(/^\[|\]$/g, '')) !== 0;
  return addresses.filter(isOwn).slice(0, addressesOfEndpoint);
}
