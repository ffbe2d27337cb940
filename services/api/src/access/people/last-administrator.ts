import { both } from '@holdfast/driver/form-words.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import { Problem } from '../../problems/problem.ts';
import { sitesWhere } from '../granted-sites.ts';

/** Whether somebody can log in and manage people. */
function isAdministrator({ disabled, password, identity, grants }: User): boolean {
  const canLogIn = !disabled && (password !== null || identity !== null);
  return canLogIn && sitesWhere(grants, 'administrator') === 'everywhere';
}

/** @throws Problem for a change after which nobody could manage people any more */
export function requireAnotherAdministrator(users: readonly User[], before: User, after: User): void {
  if (!isAdministrator(before) || isAdministrator(after)) return;
  if (users.some((other) => other.id !== before.id && isAdministrator(other))) return;
  throw new Problem(
    'last_administrator',
    both(
      `${before.login} is the last person who can log in as an administrator of all sites. Make another one first, who has set a password.`,
      `${before.login} 是最后一位能登录的全站点管理员。请先另设一位，并让其设置好密码。`,
    ),
  );
}
