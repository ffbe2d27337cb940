import type { NatsConnection } from '@nats-io/transport-node';

/**
 * Gives up a connection whose server does not answer, so that the client goes to another one. On its own, the client
 * first waits until the socket has taken everything still to be written (@nats-io/transport-node 3.4.0): never, if the
 * host is gone; 60 s were measured after a cut of 30 s. Closing at once loses nothing: what matters is confirmed by its
 * receiver.
 */
export function closeAtOnce(nc: NatsConnection, why = 'the server did not answer'): void {
  const { transport } = (nc as unknown as ClientInside).protocol;
  void transport.close(new Error(why));
}

/** The part of the client that has no public call; a test notices when it is gone. */
interface ClientInside {
  readonly protocol: { readonly transport: { close(error: Error): Promise<void> } };
}
