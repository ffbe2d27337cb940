import { hash, randomBytes } from 'node:crypto';
import type { User } from '@holdfast/shared/contracts/user.ts';
import { Problem } from '../../problems/problem.ts';
import { addressForBrowsers, type LoginAccess } from '../logins/login-access.ts';
import { accessText } from '../texts.ts';

const lastsMs = 24 * 3_600_000;

export interface PasswordLink {
  /** The part that the user's record keeps. */
  readonly record: NonNullable<User['password_link']>;
  /** The part that is shown to the person. */
  readonly view: { readonly link: string; readonly url: string; readonly expires_at: string };
}

/**
 * A link by which a person sets the password once, within a day. It opens the login for its first user, so it is shown
 * only once.
 */
export function passwordLink(
  access: Pick<LoginAccess, 'publicUrl'>,
  request: { readonly protocol: string; readonly host: string },
): PasswordLink {
  const link = `hfp_${randomBytes(32).toString('base64url')}`;
  const expires_at = new Date(Date.now() + lastsMs).toISOString();
  const url = `${addressForBrowsers(access, request)}/password?link=${link}`;
  return { record: { sha256: hash('sha256', link), expires_at }, view: { link, url, expires_at } };
}

/** Whose link it is. @throws Problem */
export function userOfLink(users: readonly User[], link: string): User {
  const sha256 = hash('sha256', link);
  const user = users.find((each) => each.password_link?.sha256 === sha256);
  if (!user) throw linkNotValid();
  requireLink(user, link);
  return user;
}

/** @throws Problem unless the link is still good for this user */
export function requireLink({ disabled, password_link: record }: User, link: string): void {
  const isGood = record?.sha256 === hash('sha256', link) && Date.parse(record.expires_at) > Date.now();
  if (!isGood || disabled) throw linkNotValid();
}

function linkNotValid(): Problem {
  return new Problem('link_not_valid', accessText('link_not_valid'));
}
