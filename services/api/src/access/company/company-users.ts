import { hash } from 'node:crypto';
import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { loginNamePattern, type User } from '@holdfast/shared/contracts/user.ts';
import type { CompanyIdentity } from '../../ports.ts';
import { withoutInvisible } from '../name-as-read.ts';
import type { Users } from '../users.ts';

const by = 'company sign-on';
const nameLengthAtMost = 100;

/**
 * The user of an identity, with today's grants; made at the first login. Names are only for people to read: having the
 * same name makes no person an existing user.
 * @throws BrokerUnavailable
 */
export async function companyUser(
  users: Users,
  identity: CompanyIdentity,
  grants: readonly Grant[],
): Promise<User> {
  const user = users.byIdentity(identity);
  if (user) return withGrants(users, user, grants);
  const { issuer, subject } = identity;
  const own = `sso-${hash('sha256', JSON.stringify([issuer, subject])).slice(0, 12)}`;
  const logins = [wantedLogin(identity), own].filter((login) => login !== undefined);
  for (const login of logins) {
    const name = shownName(identity) ?? login;
    const newUser = await users.create({
      ...{ login, name, grants, password: null, by },
      identity: { issuer, subject },
    });
    if (newUser) return newUser;
    // Another process may have made it a moment ago.
    const holder = await users.lookUp(login);
    if (holder?.identity?.issuer === issuer && holder.identity.subject === subject) {
      return withGrants(users, holder, grants);
    }
  }
  throw new Error(`the logins ${logins.join(', ')} are those of others`);
}

/** @throws BrokerUnavailable */
export async function withGrants(users: Users, user: User, grants: readonly Grant[]): Promise<User> {
  if (JSON.stringify(user.grants) === JSON.stringify(grants)) return user;
  return (await users.change(user.id, () => ({ grants: [...grants] }))) ?? user;
}

function wantedLogin({ claims }: CompanyIdentity): string | undefined {
  const { preferred_username: login } = claims;
  return typeof login === 'string' && loginNamePattern.test(login) ? login : undefined;
}

function shownName({ claims }: CompanyIdentity): string | undefined {
  const { name, preferred_username: login } = claims;
  const texts = [name, login].map((text) =>
    typeof text === 'string'
      ? withoutInvisible(text.replace(/[\p{Cc}\s]+/gu, ' '))
          .trim()
          .slice(0, nameLengthAtMost)
          .toWellFormed()
      : '',
  );
  return texts.find((text) => text !== '');
}
