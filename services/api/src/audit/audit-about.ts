import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import { redacted, textWithoutKeys, valueWithoutSecrets } from './without-secrets.ts';

const bodyLengthAtMost = 4_096;
const queryLengthAtMost = 1_024;
const pathLengthAtMost = 512;
const nameLengthAtMost = 200;
/** Behind a proxy the address is what the proxy says. */
const addressLengthAtMost = 64;

/**
 * The target of a change, as the audit log names it: `session 7-3`, `device press-1`, `5 points`; for a start that
 * succeeded `task 7, session 7-3`, by the `location` of the answer.
 */
export function auditTarget(action: string, params: unknown, body: unknown, location?: unknown): string {
  const kind = action === 'session.start' ? 'task' : (action.split('.', 1)[0] ?? '');
  if (Array.isArray(body)) return `${body.length} ${kind}s`;
  const fields = { ...asObject(body), ...asObject(params) };
  // In a refused body these may be anything.
  const { id, sequence, task_id, code, login } = fields;
  const name = [id, sequence, task_id, code, login, fields.name].find(isName);
  const [, started] = action === 'session.start' ? (/([^/]+)\/$/.exec(String(location ?? '')) ?? []) : [];
  const sessionNote = started === undefined ? '' : `, session ${started}`;
  return name === undefined ? kind : `${kind} ${truncate(String(name), nameLengthAtMost)}${sessionNote}`;
}

/** `unknown`: it may have happened or not. */
export function auditOutcome(status: number, problemCode: string | undefined): AuditEntry['outcome'] {
  if (status < 400) return 'done';
  if (problemCode === 'outcome_unknown' || status === 504) return 'unknown';
  return status < 500 ? 'refused' : 'failed';
}

export function auditAddress(address: string): string {
  return truncate(address, addressLengthAtMost);
}

/**
 * The request as an entry keeps it, if it is not too long: an entry is one message, or a line of the log when it cannot
 * be stored.
 */
export function auditRequest({ url, query, body }: { url: string; query: unknown; body?: unknown }) {
  const [path = '', queryText] = url.split('?', 2);
  return {
    path: truncate(path, pathLengthAtMost),
    ...(queryText !== undefined && bounded('query', query, queryLengthAtMost)),
    ...(body instanceof Uint8Array
      ? { body_length: body.length }
      : body !== undefined && body !== null && bounded('body', body, bodyLengthAtMost)),
  };
}

/**
 * The fields of a request about logins without what may open one: the code of a command line that waits, and, where no
 * such person is there, the login name, since people type their password there by mistake.
 */
export function withoutTyped(sent: unknown, isLogin: (name: string) => boolean): unknown {
  const fields = asObject(sent);
  const { code, login } = fields;
  const keepsLogin = login === undefined || (typeof login === 'string' && isLogin(login.trim()));
  if (code === undefined && keepsLogin) return sent;
  return {
    ...fields,
    ...(code !== undefined && { code: redacted }),
    ...(!keepsLogin && { login: redacted }),
  };
}

function bounded(name: string, value: unknown, lengthAtMost: number): Record<string, unknown> {
  const text = JSON.stringify(value);
  if (text.length > lengthAtMost) return { [`${name}_length`]: text.length };
  return { [name]: valueWithoutSecrets(value, text) };
}

function truncate(text: string, lengthAtMost: number): string {
  const redactedText = textWithoutKeys(text);
  return redactedText.length <= lengthAtMost ? redactedText : `${redactedText.slice(0, lengthAtMost)}…`;
}

function isName(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function asObject(value: unknown): Record<string, unknown> {
  // A file has no names.
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return {};
  return value as Record<string, unknown>;
}
