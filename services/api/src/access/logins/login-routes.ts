import { noFieldsSchema } from '@holdfast/shared/contracts/http/closed-object.ts';
import {
  loginAgainBodySchema,
  loginBodySchema,
  meSchema,
} from '@holdfast/shared/contracts/http/login-http.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { type Route, route } from '../../http/route.ts';
import { Problem, validationFailed } from '../../problems/problem.ts';
import type { MinuteLimit } from '../minute-limit.ts';
import { accessText } from '../texts.ts';
import { isHttps, type LoginAccess, requireOwnOrigin, requireSafeWay } from './login-access.ts';
import { loginsUnavailable } from './login-caller.ts';
import { noLoginCookie } from './login-cookie.ts';
import { networkOf } from './login-delays.ts';
import { meView } from './me-view.ts';
import { hasCookie, openLogin, orLoginsUnavailable, renewLogin } from './open-login.ts';

/** Logging in and out. */
export function loginRoutes(access: LoginAccess): Route[] {
  return [
    route({
      method: 'POST',
      url: '/api/login',
      role: 'open',
      action: 'login.open',
      tag: 'Access',
      summary: 'Log in with a password; the cookie of the answer is the login',
      about:
        'With `wall_display`, for viewers only, the login does not expire when idle and ends after 90 days.',
      problems: { 429: 'Too many tries' },
      gives: { 'Set-Cookie': 'The login: `__Host-hf` over HTTPS, `hf-http` over plain HTTP' },
      schema: { body: loginBodySchema, response: { 200: meSchema } },
      handler: async (request, reply) => {
        const { login, password, wall_display } = request.body;
        requireSafeWay(access, request);
        requireOwnOrigin(access, request, { mayBeMissing: !hasCookie(request) });
        const user = await userOfPassword(access, request, { login, password });
        const wallDisplay = wall_display === true;
        if (wallDisplay && user.grants.some(({ role }) => role !== 'viewer')) throw onlyForViewers();
        const { cookie } = await openLogin(access, request, { user, how: 'password', wallDisplay });
        request.log.info({ user: user.id, login: user.login }, 'a user logged in');
        reply.headers({ 'set-cookie': cookie, 'cache-control': 'no-store' });
        return meView(access, request.caller);
      },
    }),
    route({
      method: 'POST',
      url: '/api/login/again',
      role: 'known',
      sites: 'own',
      action: 'login.renew',
      tag: 'Access',
      summary: 'Re-authenticate with the password; the login gets a new cookie',
      about:
        'Writes to devices, keys and people need it when the password was last given more than 5 minutes ago.',
      gives: { 'Set-Cookie': 'The login under its new token' },
      schema: { body: loginAgainBodySchema, response: { 200: meSchema } },
      handler: async (request, reply) => {
        const { caller } = request;
        if (caller.kind !== 'user') throw loginNeeded();
        if (!hasCookie(request)) throw noCookieToRenew();
        const { login } = caller;
        await userOfPassword(access, request, { login, password: request.body.password });
        const { cookie } = await renewLogin(access, request);
        reply.headers({ 'set-cookie': cookie, 'cache-control': 'no-store' });
        return meView(access, request.caller);
      },
    }),
    route({
      method: 'POST',
      url: '/api/logout',
      role: 'open',
      action: 'login.close',
      tag: 'Access',
      summary: 'Log out',
      schema: { body: noFieldsSchema, response: { 204: z.undefined() } },
      handler: async (request, reply) => {
        const { caller } = request;
        requireOwnOrigin(access, request, { mayBeMissing: !hasCookie(request) });
        if (caller.kind === 'user') await orLoginsUnavailable(() => access.logins.end(caller.loginId));
        else request.isAudited = true;
        // The cookie of a login that is over already is cleared, too, so that the browser stops sending it.
        return reply
          .code(204)
          .header('set-cookie', noLoginCookie(isHttps(request)))
          .send(undefined);
      },
    }),
  ];
}

/**
 * The person with this login and password. A person who tries too often waits, on whichever route, and never keeps
 * others out.
 * @throws Problem
 */
export async function userOfPassword(
  { users, logins, passwords, delays, tries }: LoginAccess,
  { ip }: Pick<FastifyRequest, 'ip'>,
  { login, password }: { login: string; password: string },
): Promise<User> {
  if (logins.currency() !== 'current') throw loginsUnavailable();
  requireFewTries(tries, ip);
  const begun = delays.begin(login, ip);
  if (typeof begun === 'number') {
    throw loginDelayed(begun, accessText('this_login_has_failed_several_times'));
  }
  let isRight: boolean | undefined;
  try {
    const user = users.byLogin(login);
    isRight = await passwords.isRight(password, user?.disabled ? undefined : user?.password);
    if (user && isRight) return user;
  } finally {
    begun(isRight === undefined ? undefined : !isRight);
  }
  throw new Problem('login_failed', accessText('login_failed'));
}

/** Limits how often one network does something. @throws Problem */
export function requireFewTries(
  tries: MinuteLimit,
  ip: string,
  why: Text = accessText('so_many_logins_were_tried'),
): void {
  const waitMs = tries.take(networkOf(ip));
  if (waitMs !== undefined) throw loginDelayed(waitMs, why);
}

export function loginDelayed(ms: number, why: Text): Problem {
  const retryAfterSeconds = Math.max(1, Math.ceil(ms / 1_000));
  const detail = accessText('try_again_in_s', { why, retryAfterSeconds });
  return new Problem('login_delayed', detail, {}, { retryAfterSeconds });
}

function loginNeeded(): Problem {
  return new Problem('login_needed', accessText('this_is_for_people_who_have'));
}

function noCookieToRenew(): Problem {
  return new Problem('login_needed', accessText('this_is_for_a_login'));
}

function onlyForViewers(): Problem {
  return validationFailed([
    {
      path: 'wall_display',
      message: fieldText('display_for_viewers_only'),
    },
  ]);
}
