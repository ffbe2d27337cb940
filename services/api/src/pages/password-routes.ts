import { everySite } from '@holdfast/shared/contracts/api-key.ts';
import type { FastifyReply } from 'fastify';
import { type LoginAccess, requireOwnOrigin, requireSafeWay } from '../access/logins/login-access.ts';
import { openLogin, unlessAway } from '../access/logins/open-login.ts';
import type { OneTimeLinks, OpenLink } from '../access/one-time-links.ts';
import { type Route, route } from '../http/route.ts';
import { formOf } from './form-body.ts';
import { passwordFaults, personFaults } from './new-person-faults.ts';
import { inLanguage, type PageAddress } from './page-frame.ts';
import { addressOf, queryOf, sendFault, sendPage } from './page-request.ts';
import { firstAdministratorPage, linkOverPage, newPasswordPage } from './password-pages.ts';
import { words } from './words.ts';

const firstPath = '/first-administrator';
const newPath = '/new-password';
const described = { role: 'open', tag: 'Service', schema: { hide: true } } as const;

/** The pages behind one-time links. */
export function passwordPageRoutes(people: LoginAccess, links: OneTimeLinks): Route[] {
  return [
    route({
      ...described,
      method: 'GET',
      url: firstPath,
      summary: 'Page for the first administrator',
      handler: async (request, reply) => {
        const { token = '' } = queryOf(request);
        const address = addressOf(request, withToken(firstPath, token));
        try {
          const link = await unlessAway(() => links.look(token, 'first_administrator'));
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
      url: firstPath,
      action: 'user.create',
      summary: 'Make the first administrator',
      handler: async (request, reply) => {
        const { token = '', password = '', password_repeat: repeat = '', ...given } = formOf(request);
        const login = given.login?.trim() ?? '';
        const name = given.name?.trim().normalize('NFC') ?? '';
        const address = addressOf(request, withToken(firstPath, token));
        const word = words[address.language];
        const again = (more: Pick<Parameters<typeof firstAdministratorPage>[1], 'faults' | 'note'>) =>
          firstAdministratorPage(address, { token, login, name, ...more });
        try {
          requireSafeWay(people, request);
          requireOwnOrigin(people, request, { mayBeMissing: false });
          const link = await unlessAway(() => links.look(token, 'first_administrator'));
          if (!link) return over(reply, address, 'first');
          const faults = {
            ...personFaults(word, { login, name }),
            ...passwordFaults(word, { password, repeat, login }),
          };
          if (faults.login === undefined && people.users.byLogin(login))
            faults.login = word.faults.loginTaken;
          if (Object.keys(faults).length > 0) return sendPage(reply, again({ faults }), 422);
          const hash = await people.passwords.hash(password);
          if (!(await used(links, link))) return over(reply, address, 'first');
          const user = await unlessAway(() =>
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
      url: newPath,
      summary: 'Page to choose a password',
      handler: async (request, reply) => {
        const { token = '' } = queryOf(request);
        const address = addressOf(request, withToken(newPath, token));
        try {
          const user = (await unlessAway(() => links.look(token, 'new_password')))?.user;
          return user
            ? sendPage(reply, newPasswordPage(address, { token, user }))
            : over(reply, address, 'renew');
        } catch (error) {
          return sendFault(request, reply, error, (note) => linkOverPage(address, 'renew', note));
        }
      },
    }),
    route({
      ...described,
      method: 'POST',
      url: newPath,
      action: 'user.password',
      summary: 'Choose a password',
      handler: async (request, reply) => {
        const { token = '', password = '', password_repeat: repeat = '' } = formOf(request);
        const address = addressOf(request, withToken(newPath, token));
        try {
          requireSafeWay(people, request);
          requireOwnOrigin(people, request, { mayBeMissing: false });
          const link = await unlessAway(() => links.look(token, 'new_password'));
          if (!link?.user) return over(reply, address, 'renew');
          const { user } = link;
          const faults = passwordFaults(words[address.language], { password, repeat, login: user.login });
          if (Object.keys(faults).length > 0) {
            return sendPage(reply, newPasswordPage(address, { token, user, faults }), 422);
          }
          const hash = await people.passwords.hash(password);
          if (!(await used(links, link))) return over(reply, address, 'renew');
          const changed = await unlessAway(() => people.users.change(user.id, () => ({ password: hash })));
          if (!changed) return over(reply, address, 'renew');
          await unlessAway(() => people.logins.endAllOf(user.id));
          const { cookie } = await openLogin(people, request, { user: changed, how: 'link' });
          request.log.info({ user: user.id, login: user.login }, 'somebody chose a password');
          return goInside(reply, cookie, address);
        } catch (error) {
          return sendFault(request, reply, error, (note) => linkOverPage(address, 'renew', note));
        }
      },
    }),
  ];
}

function used(links: OneTimeLinks, link: OpenLink): Promise<boolean> {
  return unlessAway(() => links.use(link));
}

function over(reply: FastifyReply, address: PageAddress, kind: 'first' | 'renew'): FastifyReply {
  return sendPage(reply, linkOverPage(address, kind), 410);
}

function goInside(reply: FastifyReply, cookie: string, { language }: PageAddress): FastifyReply {
  return reply
    .headers({ 'set-cookie': cookie, 'cache-control': 'no-store' })
    .redirect(inLanguage({ path: '/login' }, language), 303);
}

function withToken(path: string, token: string): string {
  return `${path}?${new URLSearchParams({ token })}`;
}
