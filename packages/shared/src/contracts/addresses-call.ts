import * as z from 'zod';
import { untrustedRecord } from '../judgement/parse-untrusted.ts';

/** Endpoints in one question, so that the answer fits into a message. */
export const mostEndpointsOfCall = 200;
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
  endpoints: z.array(z.string().max(300)).max(mostEndpointsOfCall),
});
export type AddressesCall = z.infer<typeof addressesCallSchema>;

export const addressesReplySchema = z.object({
  /** By endpoint, each `address:port`; endpoints that have none are left out. */
  addresses: untrustedRecord(z.array(z.string().max(64)).max(addressesOfEndpoint)),
});
export type AddressesReply = z.infer<typeof addressesReplySchema>;
