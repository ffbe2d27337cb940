import type { FastifyRequest } from 'fastify';
import {
  isHttps,
  type LoginAccess,
  requireOwnOrigin,
  requireSafeWay,
} from '../access/logins/login-access.ts';
import { noLoginCookie } from '../access/logins/login-cookie.ts';
import { userOfPassword } from '../access/logins/login-routes.ts';
import { openLogin, orLoginsUnavailable } from '../access/logins/open-login.ts';
import { pathHere } from '../access/logins/path-here.ts';
import { type Route, route } from '../http/route.ts';
import { formOf } from './form-body.ts';
import { type LoginForm, loggedInPage, loginPage } from './login-pages.ts';
import { consoleAddress, type PageAddress, pathInLanguage } from './page-frame.ts';
import { addressOf, goTo, queryOf, sendFault, sendPage } from './page-request.ts';
import { sayIn } from './texts.ts';
import { comesFromElsewhere, reloadPage } from './ways.ts';

const path = 'login';
const described = { role: 'open', tag: 'Service', schema: { hide: true } } as const;

/** Logging in and out in a browser, without scripts. @param companyName undefined: there is no company sign-on */
export function loginPageRoutes(people: LoginAccess, companyName: string | undefined): Route[] {
  const pageOf = (address: PageAddress, to: string | undefined, more: Partial<LoginForm>) =>
    loginPage(address, {
      to,
      company:
        companyName === undefined
          ? undefined
          : {
              name: companyName,
              path: `api/login/company${to === undefined ? '' : `?${new URLSearchParams({ to })}`}`,
            },
      hasUsers: !people.users.isLoaded() || people.users.list().length > 0,
      ...more,
    });
  return [
    route({
      ...described,
      method: 'GET',
      url: `/${path}`,
      summary: 'Page to log in',
      handler: async (request, reply) => {
        if (comesFromElsewhere(request)) return sendPage(reply, reloadPage(request));
        const to = pathHere(queryOf(request).to);
        const address = addressOf(request, withTo(to));
        if (request.caller.kind === 'user') {
          return to === undefined
            ? sendPage(reply, insidePage(people, request, address))
            : goTo(reply, address, to);
        }
        return sendPage(reply, pageOf(address, to, { wasLoggedOut: queryOf(request).done === 'logout' }));
      },
    }),
    route({
      ...described,
      method: 'POST',
      url: `/${path}`,
      action: 'login.open',
      summary: 'Log in',
      handler: async (request, reply) => {
        const { login = '', password = '', to: nextPath } = formOf(request);
        const to = pathHere(nextPath);
        const address = addressOf(request, withTo(to));
        const say = sayIn(address.language);
        try {
          requireSafeWay(people, request);
          requireOwnOrigin(people, request, { mayBeMissing: false });
          if (login === '' || password === '') {
            const page = pageOf(address, to, {
              login,
              faults: {
                ...(login === '' && { login: say('fault_login_missing') }),
                ...(password === '' && { password: say('fault_password_missing') }),
              },
            });
            return sendPage(reply, page, 422);
          }
          const user = await userOfPassword(people, request, { login: login.trim(), password });
          const { cookie } = await openLogin(people, request, { user, how: 'password' });
          request.log.info({ user: user.id, login: user.login }, 'a user logged in');
          return goTo(reply.header('set-cookie', cookie), address, to ?? consoleAddress(address));
        } catch (error) {
          return sendFault(request, reply, error, (note) => pageOf(address, to, { login, note }));
        }
      },
    }),
    route({
      ...described,
      method: 'POST',
      url: '/logout',
      action: 'login.close',
      summary: 'Log out',
      handler: async (request, reply) => {
        const address = addressOf(request, path);
        try {
          requireOwnOrigin(people, request, { mayBeMissing: false });
          const { caller } = request;
          if (caller.kind === 'user') await orLoginsUnavailable(() => people.logins.end(caller.loginId));
          else request.isAudited = true;
          const cookie = noLoginCookie(isHttps(request));
          return goTo(
            reply.header('set-cookie', cookie),
            address,
            `${pathInLanguage(address, address.language)}&done=logout`,
          );
        } catch (error) {
          return sendFault(request, reply, error, (note) => pageOf(address, undefined, { note }));
        }
      },
    }),
  ];
}

function insidePage({ logins }: LoginAccess, request: FastifyRequest, address: PageAddress) {
  const { caller } = request;
  if (caller.kind !== 'user') throw new TypeError('no person is logged in');
  const { name, login, grants, loginId } = caller;
  const current = logins.byId(loginId);
  return loggedInPage(address, {
    ...{ name, login, grants },
    expiresAt: current?.expires_at ?? '',
    idleMinutes: current?.idle_minutes ?? null,
  });
}

function withTo(to: string | undefined): string {
  return to === undefined ? path : `${path}?${new URLSearchParams({ to })}`;
}
