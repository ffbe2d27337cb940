import type { EndpointIdentity } from './spec.ts';

/** Why two devices cannot both be right about their endpoint, in words; undefined when they are at different ones or agree. */
export function endpointConflict(one: EndpointIdentity, other: EndpointIdentity): string | undefined {
  if (one.key !== other.key) return undefined;
  if (one.isLocal !== other.isLocal) return `${one.key} cannot be both a TCP endpoint and a serial line`;
  if (one.way === other.way) return undefined;
  return one.isLocal
    ? `${one.key} cannot run at ${one.way} and at ${other.way}`
    : `${one.key} cannot speak ${one.way} and ${other.way}`;
}
