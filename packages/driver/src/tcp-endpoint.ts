import type { EndpointIdentity } from './spec.ts';

/**
 * The endpoint of what listens at a host and port: named alike by every protocol, so that two which mean the same port are seen to.
 * @param way the protocol, or what else must be the same of all devices there
 */
export function tcpEndpoint(host: string, port: number, way: string): EndpointIdentity {
  return { key: `${host.toLowerCase()}:${port}`, isLocal: false, way, isExclusive: true };
}
