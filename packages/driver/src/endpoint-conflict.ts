import type { EndpointIdentity } from './spec.ts';

/**
 * Why the settings of two devices for one endpoint contradict each other, in words, or undefined if they agree or have
 * different endpoints.
 */
export function endpointConflict(one: EndpointIdentity, other: EndpointIdentity): string | undefined {
  if (one.key !== other.key) return undefined;
  if (one.isLocal !== other.isLocal) return `${one.key} cannot be both a TCP endpoint and a serial line`;
  if (one.way === other.way) return undefined;
  return one.isLocal
    ? `${one.key} cannot run at ${one.way} and at ${other.way}`
    : `${one.key} cannot speak ${one.way} and ${other.way}`;
}
