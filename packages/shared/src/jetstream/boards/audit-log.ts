import type { NatsConnection } from '@nats-io/nats-core';
import { type AuditEntry, auditActionPattern } from '../../contracts/audit-entry.ts';
import { subjects } from '../../contracts/subjects.ts';
import { ConfirmedPublisher } from '../publish/confirmed-publisher.ts';

const timeoutMs = 5_000;

/**
 * Resolves when the entry is stored; an entry sent again under the same id is stored once.
 * @param log the stream to append to; refused actions have one of their own
 * @throws when it is not stored
 */
export async function appendAudit(
  nc: NatsConnection,
  entry: AuditEntry,
  log: 'audit' | 'auditRefused' = 'audit',
): Promise<number> {
  const { action, id, outcome, traceparent } = entry;
  // The action becomes part of the subject.
  if (!auditActionPattern.test(action)) throw new RangeError(`${action} is no action of the audit log`);
  const { sequence } = await ConfirmedPublisher.of(nc).publish({
    subject: subjects[log](action),
    body: JSON.stringify(entry),
    messageId: `${id}/${outcome}`,
    traceparent,
    timeoutMs,
  });
  return sequence;
}
