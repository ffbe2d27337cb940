import type { ApiKeyRecord } from '@holdfast/shared/contracts/api-key.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import { Problem } from '../problems/problem.ts';
import type { Caller } from './caller.ts';
import { nameAsRead } from './name-as-read.ts';
import { accessText } from './texts.ts';

const readOf = new WeakMap<object, readonly string[]>();

function namesOf(record: User | ApiKeyRecord): readonly string[] {
  let names = readOf.get(record);
  if (!names) {
    names = (
      'login' in record ? [record.id, record.login, record.name] : [record.id, record.name]
    ) as string[];
    names = names.map(nameAsRead);
    readOf.set(record, names);
  }
  return names;
}

/**
 * Refuses an X-Operator that names another person or key known to the API: they send their own key or login.
 * @throws Problem
 */
export function requireOwnName(
  claimed: string | undefined,
  caller: Caller,
  holders: { readonly users: readonly User[]; readonly keys: readonly ApiKeyRecord[] },
): void {
  if (claimed === undefined || caller.kind === 'refused') return;
  const name = nameAsRead(claimed);
  const own = caller.kind === 'local' ? undefined : caller.id;
  const isTaken = (record: User | ApiKeyRecord) => record.id !== own && namesOf(record).includes(name);
  const open = holders.keys.filter(({ revoked_at }) => revoked_at === null);
  if (!holders.users.some(isTaken) && !open.some(isTaken)) return;
  throw new Problem('operator_known', accessText('operator_known', { claimed }));
}
