import { streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { appendAudit } from '@holdfast/shared/jetstream/boards/audit-log.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { openStreamFeed, streamBounds } from '@holdfast/shared/jetstream/consume/stream-feed.ts';
import type { AuditLog, AuditStreams } from '../ports.ts';
import { withBroker } from './with-broker.ts';

/** AUDIT and AUDIT_REFUSED through the broker. */
export function jetStreamAuditLog(connection: () => NatsConnection): AuditLog & AuditStreams {
  return {
    append: async (entry) => void (await withBroker(connection, (nc) => appendAudit(nc, entry))),
    appendRefusal: async (entry) =>
      void (await withBroker(connection, (nc) => appendAudit(nc, entry, 'auditRefused'))),
    bounds: (stream) => withBroker(connection, (nc) => streamBounds(nc, stream)),
    open: (stream, after) => {
      const filterSubject = stream === streamNames.audit ? subjects.allAudit : subjects.allAuditRefused;
      return withBroker(connection, (nc) => openStreamFeed(nc, { stream, after, filterSubject }));
    },
  };
}
