import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import type { Login } from '@holdfast/shared/contracts/login.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';

/** The entry of the audit log for a login that ended by itself. */
export function expiredLoginEntry(login: Login, user: User | undefined): AuditEntry {
  return {
    ...{ v: 1, id: randomUUID(), time: new Date().toISOString(), who: user?.login ?? login.user },
    actor: { kind: 'user', id: login.user, name: user?.login ?? login.user, login: login.id },
    ...{
      from: login.address,
      action: 'login.expire',
      target: `login ${login.id}`,
      outcome: 'done',
      detail: '',
    },
    request_id: '',
    data: { user_id: login.user, last_seen_at: login.last_seen_at, expires_at: login.expires_at },
  };
}
