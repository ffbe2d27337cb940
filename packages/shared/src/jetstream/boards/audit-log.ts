import type { NatsConnection } from '@nats-io/nats-core';
import { type AuditEntry, auditActionPattern, auditEntrySchema } from '../../contracts/audit-entry.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import { readBackwards } from '../consume/read-backwards.ts';
import { ConfirmedPublisher } from '../publish/confirmed-publisher.ts';

const timeoutMs = 5_000;

/** Resolves when the entry is stored; sent again under the same id it is one entry. @throws when it is not stored */
export async function appendAudit(nc: NatsConnection, entry: AuditEntry): Promise<number> {
  const { action, id, outcome, traceparent } = entry;
  // It becomes a subject.
  if (!auditActionPattern.test(action)) throw new RangeError(`${action} is no action of the audit log`);
  const { sequence } = await ConfirmedPublisher.of(nc).publish({
    subject: subjects.audit(action),
    body: JSON.stringify(entry),
    messageId: `${id}/${outcome}`,
    traceparent,
    timeoutMs,
  });
  return sequence;
}

export interface AuditPage {
  /** Newest first; those of a form that this release does not know are left out. */
  readonly entries: readonly { readonly sequence: number; readonly entry: AuditEntry }[];
  /** Those before it come next; undefined when there are none. */
  readonly next: number | undefined;
}

/** The last `max` of those before a sequence, or of all. @throws when the broker cannot be asked */
export async function readAudit(
  nc: NatsConnection,
  { before, max }: { before: number | undefined; max: number },
): Promise<AuditPage> {
  const { items, next } = await readBackwards(nc, {
    stream: streamNames.audit,
    subject: subjects.allAudit,
    before,
    max,
    read: parseAudit,
  });
  return { entries: items.map(({ sequence, item: entry }) => ({ sequence, entry })), next };
}

function parseAudit(text: string): AuditEntry | undefined {
  try {
    return auditEntrySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
