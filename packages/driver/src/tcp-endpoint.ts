import { hostAndPort, plainHost } from './host-name.ts';
import type { EndpointIdentity } from './spec.ts';

/**
 * The endpoint of a server at a host and port. Every protocol names it alike, so that two protocols on one port are
 * noticed.
 * @param way the protocol, and anything else that must be the same for all devices there
 */
export function tcpEndpoint(host: string, port: number, way: string): EndpointIdentity {
  const plain = plainHost(host);
  return {
    key: hostAndPort(plain, port),
    tcp: { host: plain, port },
    isLocal: false,
    way,
    isExclusive: true,
  };
}
