import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type AuditEntry, auditActionPattern, auditEntrySchema } from '../../contracts/audit-entry.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { lastSequenceOf, messagesUpTo } from '../consume/messages-up-to.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';
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
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const { first_seq: first, last_seq: last, messages } = (await leaderInfo(jsm, streamNames.audit)).state;
  const end = Math.min(last, (before ?? last + 1) - 1);
  if (messages === 0 || end < first) return { entries: [], next: undefined };
  const start = Math.max(first, end - max + 1);
  const consumer = await orderedConsumer(jetstream(nc), streamNames.audit, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: start,
  });
  const entries: { sequence: number; entry: AuditEntry }[] = [];
  try {
    const last = async () => Math.min(end, await lastSequenceOf(jsm, streamNames.audit, subjects.allAudit));
    for await (const message of messagesUpTo(consumer, last, end - start + 1)) {
      const entry = parseAudit(message.string());
      if (entry) entries.push({ sequence: message.seq, entry });
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  return { entries: entries.reverse(), next: start > first ? start : undefined };
}

function parseAudit(text: string): AuditEntry | undefined {
  try {
    return auditEntrySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
