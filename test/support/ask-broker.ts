import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';

/** A request as any client can make it. The client's own patience is a second, which a busy disk takes for one message. */
export function askBroker(
  nc: NatsConnection,
  subject: string,
  body = '',
): ReturnType<NatsConnection['request']> {
  return nc.request(subject, body, { timeout: 60_000 });
}
