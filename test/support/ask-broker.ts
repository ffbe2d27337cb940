import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import type { plainHeaders } from '@holdfast/shared/jetstream/connection/plain-headers.ts';

/** A request as any client can make it. The client's own patience is a second, which a busy disk takes for one message. */
export function askBroker(
  nc: NatsConnection,
  subject: string,
  body = '',
  headers?: ReturnType<typeof plainHeaders>,
): ReturnType<NatsConnection['request']> {
  return nc.request(subject, body, { timeout: 60_000, ...(headers && { headers }) });
}
