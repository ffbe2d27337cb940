import {
  changeMeSchema,
  changePasswordSchema,
  loginPageSchema,
  meSchema,
} from '@holdfast/shared/contracts/http/login-http.ts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { type Route, route } from '../../http/route.ts';
import { Problem } from '../../problems/problem.ts';
import { accessText } from '../texts.ts';
import type { LoginAccess } from './login-access.ts';
import { userOfPassword } from './login-routes.ts';
import { loginView, meView } from './me-view.ts';
import { hasCookie, orLoginsUnavailable, renewLogin } from './open-login.ts';

const params = z.object({ id: z.string().describe('Id of the login') });

/** Calls by which every known caller sees who he is, and ends his logins. */
export function meRoutes(access: LoginAccess): Route[] {
  const { users, logins, passwords } = access;
  return [
    route({
      method: 'GET',
      url: '/api/me',
      role: 'known',
      sites: 'own',
      tag: 'Access',
      summary: 'Show the caller and their rights',
      about: '`kind` is `user`, `key` or `local`; `grants` are roles with their sites.',
      schema: { response: { 200: meSchema } },
      handler: async (request) => meView(access, request.caller),
    }),
    route({
      method: 'PATCH',
      url: '/api/me',
      role: 'known',
      sites: 'own',
      action: 'user.update',
      tag: 'Access',
      summary: 'Choose your language',
      about: '`en`, `zh`, or null for that of the browser.',
      schema: { body: changeMeSchema, response: { 200: meSchema } },
      handler: async (request) => {
        const { id } = personOf(request);
        const { language } = request.body;
        await orLoginsUnavailable(() => users.change(id, () => ({ language })));
        return meView(access, request.caller);
      },
    }),
    route({
      method: 'POST',
      url: '/api/me/password',
      role: 'known',
      sites: 'own',
      action: 'user.password',
      tag: 'Access',
      summary: 'Change your password; your other logins end',
      problems: { 429: 'Too many tries' },
      schema: { body: changePasswordSchema, response: { 200: meSchema } },
      handler: async (request, reply) => {
        const { id, login, loginId } = personOf(request);
        const { password, new_password } = request.body;
        await userOfPassword(access, request, { login, password });
        const hashed = await passwords.hash(new_password);
        await orLoginsUnavailable(() => users.change(id, () => ({ password: hashed })));
        await orLoginsUnavailable(() => logins.endAllOf(id, loginId));
        if (hasCookie(request)) reply.header('set-cookie', (await renewLogin(access, request)).cookie);
        return meView(access, request.caller);
      },
    }),
    route({
      method: 'GET',
      url: '/api/me/logins',
      role: 'known',
      sites: 'own',
      tag: 'Access',
      summary: 'List your logins',
      about: 'With start, kind, address and last use (to a minute).',
      schema: { response: { 200: loginPageSchema } },
      handler: async ({ caller }) => {
        const own = caller.kind === 'user' ? logins.ofUser(caller.id) : [];
        const current = caller.kind === 'user' ? caller.loginId : undefined;
        return { results: own.reverse().map((login) => loginView(login, current)), next_cursor: null };
      },
    }),
    route({
      method: 'DELETE',
      url: '/api/me/logins',
      role: 'known',
      sites: 'own',
      action: 'login.revoke',
      tag: 'Access',
      summary: 'End your other logins',
      schema: { response: { 200: loginPageSchema } },
      handler: async (request) => {
        const { id, loginId } = personOf(request);
        const ended = await orLoginsUnavailable(() => logins.endAllOf(id, loginId));
        return { results: ended.map((login) => loginView(login, loginId)), next_cursor: null };
      },
    }),
    route({
      method: 'DELETE',
      url: '/api/me/logins/:id',
      role: 'known',
      sites: 'own',
      action: 'login.revoke',
      tag: 'Access',
      summary: 'End one of your logins',
      about: 'Every process refuses it, and ends its live streams, within 2 s.',
      schema: { params, response: { 204: z.undefined() } },
      handler: async (request, reply) => {
        const { id } = request.params;
        const own = logins.ofUser(personOf(request).id).find((login) => login.id === id);
        if (!own) throw new Problem('login_not_found', accessText('you_have_no_login', { id }));
        await orLoginsUnavailable(() => logins.end(id));
        return reply.code(204).send(undefined);
      },
    }),
  ];
}

/** @throws Problem when the caller is no person */
function personOf({ caller }: FastifyRequest) {
  if (caller.kind === 'user') return caller;
  throw new Problem('login_needed', accessText('this_is_for_people_who_have'));
}
