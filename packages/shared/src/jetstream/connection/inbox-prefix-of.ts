import type { NatsConnection } from '@nats-io/nats-core';

/**
 * Under which this connection may receive. The client's interface does not show it, though its own companions for
 * JetStream read it in just this way.
 */
export function inboxPrefixOf(nc: NatsConnection): string | undefined {
  return (nc as { options?: { inboxPrefix?: string } }).options?.inboxPrefix;
}
