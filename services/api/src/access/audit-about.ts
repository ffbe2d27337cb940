import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';

const bodyLengthAtMost = 4_096;

/** What a change was about, as the audit log names it: `session 7-3`, `device press-1`, `5 points`. */
export function auditTarget(action: string, params: unknown, body: unknown): string {
  const kind = action === 'session.start' ? 'task' : (action.split('.', 1)[0] ?? '');
  if (Array.isArray(body)) return `${body.length} ${kind}s`;
  const named = { ...asObject(body), ...asObject(params) };
  const name = named.id ?? named.sequence ?? named.task_id ?? named.code ?? named.name;
  return name === undefined ? kind : `${kind} ${String(name).slice(0, 200)}`;
}

/** `unknown`: it may have happened or not. */
export function auditOutcome(status: number, problemCode: string | undefined): AuditEntry['outcome'] {
  if (status < 400) return 'done';
  if (problemCode === 'outcome_unknown' || status === 504) return 'unknown';
  return status < 500 ? 'refused' : 'failed';
}

/** What was asked for, where it is not too long. Bodies of this API hold no secrets. */
export function auditBody(body: unknown): Record<string, unknown> {
  if (body === undefined || body === null) return {};
  const text = JSON.stringify(body);
  return text.length <= bodyLengthAtMost ? { body } : { body_length: text.length };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
