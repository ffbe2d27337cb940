import { loginNamePattern } from '@holdfast/shared/contracts/user.ts';
import type { Words } from './words.ts';

export const shortestPassword = 12;
export const longestPassword = 256;

type Faults<Name extends string> = Partial<Record<Name, string>>;

/**
 * Faults of a new password; none when it may be taken. Its length counts, and no rule says what must be in it (NIST SP
 * 800-63B).
 */
export function passwordFaults(
  { faults }: Words,
  { password, repeat, login }: { password: string; repeat: string; login: string },
): Faults<'password' | 'repeat'> {
  const length = [...password.normalize('NFC')].length;
  if (length === 0) return { password: faults.passwordMissing };
  if (length < shortestPassword) return { password: faults.passwordShort(length) };
  if (length > longestPassword) return { password: faults.passwordLong };
  if (password.toLowerCase() === login.toLowerCase()) return { password: faults.passwordIsLogin };
  return password === repeat ? {} : { repeat: faults.repeatOther };
}

export function personFaults(
  { faults }: Words,
  { login, name }: { login: string; name: string },
): Faults<'login' | 'name'> {
  return {
    ...(login === ''
      ? { login: faults.loginMissing }
      : !loginNamePattern.test(login) && { login: faults.loginForm }),
    ...(name === '' ? { name: faults.nameMissing } : [...name].length > 100 && { name: faults.nameLong }),
  };
}
