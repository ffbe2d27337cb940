import { noFieldsSchema } from '@holdfast/shared/contracts/http/closed-object.ts';
import { loginPageSchema } from '@holdfast/shared/contracts/http/login-http.ts';
import {
  changeUserSchema,
  createdUserSchema,
  createUserSchema,
  passwordLinkSchema,
  type UserView,
  userPageSchema,
  userViewSchema,
} from '@holdfast/shared/contracts/http/user-http.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import * as z from 'zod';
import type { Database } from '../../database/open-database.ts';
import { entityTagOf, preconditionOf } from '../../http/entity-tag.ts';
import { type Route, route } from '../../http/route.ts';
import { Problem } from '../../problems/problem.ts';
import { whoOf } from '../access-control.ts';
import { sitesWhere } from '../granted-sites.ts';
import type { LoginAccess } from '../logins/login-access.ts';
import { loginView } from '../logins/me-view.ts';
import { orLoginsUnavailable } from '../logins/open-login.ts';
import { requestedGrants } from '../requested-grants.ts';
import { accessText } from '../texts.ts';
import { passwordLink } from './password-link.ts';

const params = z.object({ id: z.string().describe('Id or login of the person') });
const url = '/api/system/users';
const guarded = { role: 'administrator', sites: 'all', tag: 'Access' } as const;

/**
 * The people of the installation, for its administrators. People are never deleted, so that an id or a login never comes to
 * stand for another person.
 */
export function userRoutes(database: Database, access: LoginAccess): Route[] {
  const { users, logins } = access;

  const requireUser = (idOrLogin: string): User => {
    const user = users.byId(idOrLogin) ?? users.byLogin(idOrLogin);
    if (!user) throw new Problem('user_not_found', accessText('user_not_found', { idOrLogin }));
    return user;
  };
  const changed = async (id: string, change: (user: User) => Partial<User>): Promise<User> => {
    const user = await orLoginsUnavailable(() => users.change(id, change));
    return user ?? requireUser(id);
  };

  return [
    route({
      method: 'GET',
      url,
      ...guarded,
      summary: 'List people',
      schema: { response: { 200: userPageSchema } },
      handler: async () => ({ results: users.list().map(userView), next_cursor: null }),
    }),
    route({
      method: 'POST',
      url,
      ...guarded,
      action: 'user.create',
      fresh: true,
      summary: 'Add a person',
      about:
        '`login` is ASCII; its case is ignored. `password_link.url` is for the person, works once and for a day. Logins are never reused, and people are never deleted.',
      schema: { body: createUserSchema, response: { 201: createdUserSchema } },
      handler: async (request, reply) => {
        const { login, name, language } = request.body;
        const grants = await requestedGrants(database, request.body);
        const link = passwordLink(access, request);
        const by = whoOf(request);
        const user = await orLoginsUnavailable(() =>
          users.create({
            ...{ login, name: (name ?? login).trim(), language: language ?? null, grants },
            ...{ password: null, identity: null, passwordLink: link.record, by },
          }),
        );
        if (!user) throw loginTaken(login);
        request.log.info({ user: user.id, login, grants, by }, 'a person was added');
        return reply
          .code(201)
          .header('cache-control', 'no-store')
          .send({ ...userView(user), password_link: link.view });
      },
    }),
    route({
      method: 'GET',
      url: `${url}/:id`,
      ...guarded,
      summary: 'Read a person',
      hasVersion: true,
      schema: { params, response: { 200: userViewSchema } },
      handler: async (request, reply) => {
        const user = requireUser(request.params.id);
        return reply.header('etag', entityTagOf(changeableView(user))).send(userView(user));
      },
    }),
    route({
      method: 'PATCH',
      url: `${url}/:id`,
      ...guarded,
      action: 'user.update',
      fresh: true,
      summary: 'Change or disable a person',
      hasVersion: true,
      about:
        'Takes effect with the next request. `disabled` ends all logins of the person. The last administrator of all sites who can log in keeps that role (409 `last_administrator`).',
      schema: { params, body: changeUserSchema, response: { 200: userViewSchema } },
      handler: async (request, reply) => {
        const { name, language, disabled, grants: several, role, sites } = request.body;
        const { id } = requireUser(request.params.id);
        const isGranted = several || role || sites;
        const grants = isGranted ? await requestedGrants(database, request.body) : undefined;
        const precondition = preconditionOf(request.headers['if-match'], {
          isNeeded: false,
          view: (current) => changeableView(current as User),
        });
        const user = await changed(id, (before) => {
          precondition?.(before);
          const after: User = {
            ...before,
            ...(name !== undefined && { name: name.normalize('NFC').trim() }),
            ...(language !== undefined && { language }),
            ...(grants && { grants }),
            ...(disabled !== undefined && { disabled }),
          };
          requireAnotherAdministrator(users.list(), before, after);
          return after;
        });
        if (user.disabled) await orLoginsUnavailable(() => logins.endAllOf(id));
        const by = whoOf(request);
        request.log.info({ user: id, login: user.login, grants, disabled, by }, 'a person was changed');
        return reply.header('etag', entityTagOf(changeableView(user))).send(userView(user));
      },
    }),
    route({
      method: 'POST',
      url: `${url}/:id/password-link`,
      ...guarded,
      action: 'user.link',
      fresh: true,
      summary: 'Create a link to set a new password',
      about: 'The old password works until the link is used.',
      schema: { params, body: noFieldsSchema, response: { 201: passwordLinkSchema } },
      handler: async (request, reply) => {
        const { id, disabled } = requireUser(request.params.id);
        if (disabled) throw new Problem('user_disabled', accessText('user_disabled'));
        const { record, view } = passwordLink(access, request);
        await changed(id, () => ({ password_link: record }));
        return reply.code(201).header('cache-control', 'no-store').send(view);
      },
    }),
    route({
      method: 'GET',
      url: `${url}/:id/logins`,
      ...guarded,
      summary: 'List the logins of a person',
      schema: { params, response: { 200: loginPageSchema } },
      handler: async (request) => {
        const own = logins.ofUser(requireUser(request.params.id).id).reverse();
        return { results: own.map((login) => loginView(login, currentOf(request))), next_cursor: null };
      },
    }),
    route({
      method: 'DELETE',
      url: `${url}/:id/logins`,
      ...guarded,
      action: 'login.revoke',
      fresh: true,
      summary: 'End all logins of a person',
      schema: { params, response: { 200: loginPageSchema } },
      handler: async (request) => {
        const { id } = requireUser(request.params.id);
        const ended = await orLoginsUnavailable(() => logins.endAllOf(id));
        return { results: ended.map((login) => loginView(login, currentOf(request))), next_cursor: null };
      },
    }),
    route({
      method: 'DELETE',
      url: `${url}/:id/logins/:login`,
      ...guarded,
      action: 'login.revoke',
      fresh: true,
      summary: 'End one login of a person',
      schema: {
        params: params.extend({ login: z.string().describe('Id of the login') }),
        response: { 204: z.undefined() },
      },
      handler: async (request, reply) => {
        const { id, login } = requireUser(request.params.id);
        const one = logins.ofUser(id).find((each) => each.id === request.params.login);
        if (!one)
          throw new Problem(
            'login_not_found',
            accessText('has_no_login', { login, id: request.params.login }),
          );
        await orLoginsUnavailable(() => logins.end(one.id));
        return reply.code(204).send(undefined);
      },
    }),
  ];
}

function currentOf({ caller }: Parameters<typeof whoOf>[0]): string | undefined {
  return caller.kind === 'user' ? caller.loginId : undefined;
}

function userView(user: User): UserView {
  const { id, login, name, language, grants, disabled, password, identity, password_link: link } = user;
  const { created_at, created_by, changed_at, last_login_at = null } = user;
  const isOpen = link != null && Date.parse(link.expires_at) > Date.now();
  return {
    ...{ id, login, name, language, grants, disabled, has_password: password !== null, identity },
    ...{ link_expires_at: isOpen ? link.expires_at : null, created_at, created_by, changed_at },
    last_login_at,
  };
}

/** What an administrator changes: a login, or a link that is used, makes no other version. */
function changeableView({ id, name, language, grants, disabled }: User): object {
  return { id, name, language, grants, disabled };
}

function loginTaken(login: string): Problem {
  return new Problem('login_taken', accessText('login_taken', { login }));
}

/** Whether the user can log in and manage people. */
function isAdministrator({ disabled, password, identity, grants }: User): boolean {
  const canLogIn = !disabled && (password !== null || identity !== null);
  return canLogIn && sitesWhere(grants, 'administrator') === 'everywhere';
}

/** @throws Problem for a change after which no one could manage people any more */
function requireAnotherAdministrator(users: readonly User[], before: User, after: User): void {
  if (!isAdministrator(before) || isAdministrator(after)) return;
  if (users.some((other) => other.id !== before.id && isAdministrator(other))) return;
  throw new Problem('last_administrator', accessText('last_administrator', { login: before.login }));
}
