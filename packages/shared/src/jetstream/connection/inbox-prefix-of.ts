import type { NatsConnection } from '@nats-io/nats-core';

/**
 * The inbox prefix under which this connection may receive. The client's interface does not show it, though the client's
 * own JetStream packages read it in just this way.
 */
export function inboxPrefixOf(nc: NatsConnection): string | undefined {
  return (nc as { options?: { inboxPrefix?: string } }).options?.inboxPrefix;
}
