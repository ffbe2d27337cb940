import { everySite } from '@holdfast/shared/contracts/api-key.ts';
import { loginNamePattern } from '@holdfast/shared/contracts/user.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type LoginAccess, requireOwnOrigin, requireSafeWay } from '../access/logins/login-access.ts';
import { openLogin, orLoginsUnavailable } from '../access/logins/open-login.ts';
import type { FirstLinks } from '../access/people/first-links.ts';
import { userOfLink } from '../access/people/password-link.ts';
import { setPasswordByLink } from '../access/people/password-link-route.ts';
import { type Route, route } from '../http/route.ts';
import { Problem } from '../problems/problem.ts';
import { formOf } from './form-body.ts';
import { consoleAddress, type PageAddress } from './page-frame.ts';
import { addressOf, goTo, queryOf, sendFault, sendPage } from './page-request.ts';
import { firstAdministratorPage, linkOverPage, newPasswordPage } from './password-pages.ts';
import { type Say, sayIn } from './texts.ts';

const shortestPassword = 12;
const longestPassword = 256;
type Faults<Name extends string> = Partial<Record<Name, string>>;

const firstPath = 'first-administrator';
const newPath = 'password';
const described = { role: 'open', tag: 'Service', schema: { hide: true } } as const;

/** The pages behind one-time links. */
export function passwordPageRoutes(people: LoginAccess, links: FirstLinks): Route[] {
  return [
    route({
      ...described,
      method: 'GET',
      url: `/${firstPath}`,
      summary: 'Page for the first administrator',
      handler: async (request, reply) => {
        const { token = '' } = queryOf(request);
        const address = addressOf(request, withToken(firstPath, token));
        try {
          const link = await orLoginsUnavailable(() => links.look(token));
          return link
            ? sendPage(reply, firstAdministratorPage(address, { token }))
            : over(reply, address, 'first');
        } catch (error) {
          return sendFault(request, reply, error, (note) => firstAdministratorPage(address, { token, note }));
        }
      },
    }),
    route({
      ...described,
      method: 'POST',
      url: `/${firstPath}`,
      action: 'user.create',
      summary: 'Make the first administrator',
      handler: async (request, reply) => {
        const { token = '', password = '', password_repeat: repeat = '', ...fields } = formOf(request);
        const login = fields.login?.trim() ?? '';
        const name = fields.name?.trim().normalize('NFC') ?? '';
        const address = addressOf(request, withToken(firstPath, token));
        const say = sayIn(address.language);
        const again = (more: Pick<Parameters<typeof firstAdministratorPage>[1], 'faults' | 'note'>) =>
          firstAdministratorPage(address, { token, login, name, ...more });
        try {
          requireSafeWay(people, request);
          requireOwnOrigin(people, request, { mayBeMissing: false });
          const link = await orLoginsUnavailable(() => links.look(token));
          if (!link) return over(reply, address, 'first');
          const faults = {
            ...personFaults(say, { login, name }),
            ...passwordFaults(say, { password, repeat, login }),
          };
          if (faults.login === undefined && people.users.byLogin(login))
            faults.login = say('fault_login_taken');
          if (Object.keys(faults).length > 0) return sendPage(reply, again({ faults }), 422);
          const hash = await people.passwords.hash(password);
          if (!(await orLoginsUnavailable(() => links.use(link)))) return over(reply, address, 'first');
          const user = await orLoginsUnavailable(() =>
            people.users.create({
              ...{ login, name, language: address.language, password: hash, identity: null },
              ...{ grants: [{ role: 'administrator', sites: [everySite] }], by: 'first-link' },
            }),
          );
          if (!user) return over(reply, address, 'first');
          const { cookie } = await openLogin(people, request, { user, how: 'link' });
          request.log.info({ user: user.id, login: user.login }, 'the first administrator was made');
          return goInside(reply, cookie, address);
        } catch (error) {
          return sendFault(request, reply, error, (note) => again({ note }));
        }
      },
    }),
    route({
      ...described,
      method: 'GET',
      url: `/${newPath}`,
      summary: 'Page to choose a password',
      handler: async (request, reply) => {
        const { link = '' } = queryOf(request);
        const address = addressOf(request, withLink(link));
        try {
          const user = userOfLink(people.users.list(), link);
          return sendPage(reply, newPasswordPage(address, { link, user }));
        } catch (error) {
          return sendLinkFault(request, reply, error, address);
        }
      },
    }),
    route({
      ...described,
      method: 'POST',
      url: `/${newPath}`,
      action: 'login.open',
      summary: 'Choose a password',
      handler: async (request, reply) => {
        const { link = '', password = '', password_repeat: repeat = '' } = formOf(request);
        const address = addressOf(request, withLink(link));
        try {
          requireSafeWay(people, request);
          requireOwnOrigin(people, request, { mayBeMissing: false });
          const user = userOfLink(people.users.list(), link);
          const faults = passwordFaults(sayIn(address.language), { password, repeat, login: user.login });
          if (Object.keys(faults).length > 0) {
            return sendPage(reply, newPasswordPage(address, { link, user, faults }), 422);
          }
          const { cookie } = await setPasswordByLink(people, request, { link, password });
          return goInside(reply, cookie, address);
        } catch (error) {
          return sendLinkFault(request, reply, error, address);
        }
      },
    }),
  ];
}

function over(reply: FastifyReply, address: PageAddress, kind: 'first' | 'renew'): FastifyReply {
  return sendPage(reply, linkOverPage(address, kind), 410);
}

function goInside(reply: FastifyReply, cookie: string, address: PageAddress): FastifyReply {
  return goTo(reply.header('set-cookie', cookie), address, consoleAddress(address));
}

function sendLinkFault(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  address: PageAddress,
): FastifyReply {
  if (error instanceof Problem && error.code === 'link_not_valid') {
    request.problemCode = error.code;
    return over(reply, address, 'renew');
  }
  return sendFault(request, reply, error, (note) => linkOverPage(address, 'renew', note));
}

function withToken(path: string, token: string): string {
  return `${path}?${new URLSearchParams({ token })}`;
}

function withLink(link: string): string {
  return `${newPath}?${new URLSearchParams({ link })}`;
}

/**
 * Faults of a new password, or none if it may be taken. Its length counts, and no rule says what must be in it (NIST SP
 * 800-63B).
 */
function passwordFaults(
  say: Say,
  { password, repeat, login }: { password: string; repeat: string; login: string },
): Faults<'password' | 'repeat'> {
  const length = [...password.normalize('NFC')].length;
  if (length === 0) return { password: say('fault_password_missing') };
  if (length === 1) return { password: say('fault_password_of_one') };
  if (length < shortestPassword) return { password: say('fault_password_short', { length }) };
  if (length > longestPassword) return { password: say('fault_password_long') };
  if (password.toLowerCase() === login.toLowerCase()) return { password: say('fault_password_is_login') };
  return password === repeat ? {} : { repeat: say('fault_repeat_other') };
}

function personFaults(say: Say, { login, name }: { login: string; name: string }): Faults<'login' | 'name'> {
  return {
    ...(login === ''
      ? { login: say('fault_login_missing') }
      : !loginNamePattern.test(login) && { login: say('fault_login_form') }),
    ...(name === ''
      ? { name: say('fault_name_missing') }
      : [...name].length > 100 && { name: say('fault_name_long') }),
  };
}
