import { appendAudit, readAudit } from '@holdfast/shared/jetstream/boards/audit-log.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import type { AuditLog } from '../ports.ts';
import { askedOfBroker } from './asked-of-broker.ts';

/** AUDIT through the broker. */
export function jetStreamAuditLog(connection: () => NatsConnection): AuditLog {
  return {
    append: async (entry) => void (await askedOfBroker(connection, (nc) => appendAudit(nc, entry))),
    page: (query) => askedOfBroker(connection, (nc) => readAudit(nc, query)),
  };
}
