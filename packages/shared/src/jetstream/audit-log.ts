import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type AuditEntry, auditEntrySchema } from '../contracts/audit-entry.ts';
import { subjects } from '../contracts/subjects.ts';

/** Resolves when the entry is stored; sent again under the same id it is one entry. @throws when it is not stored */
export async function appendAudit(nc: NatsConnection, entry: AuditEntry): Promise<number> {
  const { action, id, outcome } = auditEntrySchema.parse(entry);
  const ack = await jetstream(nc).publish(subjects.audit(action), JSON.stringify(entry), {
    msgID: `${id}/${outcome}`,
  });
  return ack.seq;
}
