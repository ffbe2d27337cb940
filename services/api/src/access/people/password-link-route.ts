import { meSchema } from '@holdfast/shared/contracts/http/login-http.ts';
import { usePasswordLinkSchema } from '@holdfast/shared/contracts/http/user-http.ts';
import type { FastifyRequest } from 'fastify';
import { type Route, route } from '../../http/route.ts';
import { type LoginAccess, requireOwnOrigin, requireSafeWay } from '../logins/login-access.ts';
import { meView } from '../logins/me-view.ts';
import { hasCookie, type LoginWithCookie, openLogin, orLoginsUnavailable } from '../logins/open-login.ts';
import { requireLink, userOfLink } from './password-link.ts';

/** The route behind an administrator's link: its person sets the password, once, and is logged in. */
export function passwordLinkRoute(access: LoginAccess): Route {
  return route({
    method: 'POST',
    url: '/api/login/link',
    role: 'open',
    action: 'login.open',
    tag: 'Access',
    summary: 'Set your password by the link of an administrator, and log in; your other logins end',
    gives: { 'Set-Cookie': 'The login: `__Host-hf` over HTTPS, `hf-http` over plain HTTP' },
    schema: { body: usePasswordLinkSchema, response: { 200: meSchema } },
    handler: async (request, reply) => {
      const { link, password: newPassword } = request.body;
      requireSafeWay(access, request);
      requireOwnOrigin(access, request, { mayBeMissing: !hasCookie(request) });
      const { cookie } = await setPasswordByLink(access, request, { link, password: newPassword });
      reply.headers({ 'set-cookie': cookie, 'cache-control': 'no-store' });
      return meView(access, request.caller);
    },
  });
}

/** Sets the password of the person who has the link, ends their other logins and opens one. @throws Problem */
export async function setPasswordByLink(
  access: LoginAccess,
  request: FastifyRequest,
  { link, password: newPassword }: { readonly link: string; readonly password: string },
): Promise<LoginWithCookie> {
  const { users, logins, passwords } = access;
  const { id } = userOfLink(users.list(), link);
  const password = await passwords.hash(newPassword);
  // A second request with the same link finds it used.
  const user = await orLoginsUnavailable(() =>
    users.change(id, (now) => {
      requireLink(now, link);
      return { password, password_link: null };
    }),
  );
  if (!user) throw new TypeError(`user ${id} is gone, who is never deleted`);
  await orLoginsUnavailable(() => logins.endAllOf(id));
  const opened = await openLogin(access, request, { user, how: 'link' });
  request.log.info({ user: id, login: user.login }, 'a user set a password by a link');
  return opened;
}
