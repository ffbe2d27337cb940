import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { expiredLoginEntry } from '../access/logins/expired-login-entry.ts';
import type { LoginAccess } from '../access/logins/login-access.ts';
import { LoginDelays } from '../access/logins/login-delays.ts';
import { Logins } from '../access/logins/logins.ts';
import { argon2IsThere, Passwords } from '../access/logins/passwords.ts';
import { MinuteLimit } from '../access/minute-limit.ts';
import { FirstLinks } from '../access/people/first-links.ts';
import { tellFirstLink } from '../access/people/tell-first-link.ts';
import { Users } from '../access/users.ts';
import { jetStreamLinkBook, jetStreamLoginBook, jetStreamUserBook } from '../adapters/jetstream-access.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { ApiConfig } from '../config.ts';
import { ownOrigin } from '../own-origin.ts';

/** People, and what they log in with; `load` reads both from a broker that is there. */
export function openPeople(
  config: ApiConfig,
  broker: {
    readonly connection: () => NatsConnection;
    readonly isUp: () => boolean;
    readonly audit: () => AuditTrail;
  },
  { log, onStop }: ServiceContext,
): LoginAccess & {
  readonly links: FirstLinks;
  readonly load: (nc: NatsConnection) => Promise<void>;
} {
  if (!argon2IsThere) {
    log.warn('logins with a password are unavailable: this Node has no argon2, which comes with 24.7');
  }
  const users = new Users({ book: () => jetStreamUserBook(broker.connection) });
  onStop('users', users.stop);
  const logins = new Logins({
    book: () => jetStreamLoginBook(broker.connection),
    users,
    isUp: broker.isUp,
    onExpired: (login, user) => broker.audit().record(expiredLoginEntry(login, user)),
    log,
  });
  onStop('logins', logins.stop);
  const links = new FirstLinks({
    book: () => jetStreamLinkBook(broker.connection),
    users,
    address: config.PUBLIC_URL ?? ownOrigin(config),
  });
  const firstLink = tellFirstLink({ links, isWanted: config.API_FIRST_LINK_IN_LOG, log });
  return {
    users,
    logins,
    links,
    passwords: new Passwords(),
    delays: new LoginDelays(),
    tries: new MinuteLimit(config.API_LOGINS_PER_MINUTE),
    publicUrl: config.PUBLIC_URL,
    overHttp: config.LOGIN_OVER_HTTP,
    load: async (nc) => {
      await users.load(jetStreamUserBook(() => nc));
      await logins.load(jetStreamLoginBook(() => nc));
      await firstLink(jetStreamLinkBook(() => nc));
    },
  };
}
