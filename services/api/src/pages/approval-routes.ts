import { formatLoginCode } from '@holdfast/shared/contracts/begun-login.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../access/caller.ts';
import { type CommandLineAccess, codeTyped } from '../access/logins/command-line-routes.ts';
import { type LoginAccess, requireOwnOrigin } from '../access/logins/login-access.ts';
import { requireUsableLogin } from '../access/logins/login-caller.ts';
import { userOfPassword } from '../access/logins/login-routes.ts';
import { orLoginsUnavailable, renewLogin } from '../access/logins/open-login.ts';
import { type Route, route } from '../http/route.ts';
import { Problem } from '../problems/problem.ts';
import { type ApprovalForm, approvalPage, codePage, decidedPage, denyPath } from './approval-pages.ts';
import { formOf } from './form-body.ts';
import { type PageAddress, pathInLanguage } from './page-frame.ts';
import { addressOf, goTo, queryOf, sendFault, sendPage } from './page-request.ts';
import { sayIn } from './texts.ts';
import { comesFromElsewhere, reloadPage } from './ways.ts';

const path = 'approve';
const described = { role: 'open', tag: 'Service', schema: { hide: true } } as const;
type Person = Extract<Caller, { kind: 'user' }>;

/** The pages where a person lets a command line in. */
export function approvalPageRoutes(
  people: LoginAccess,
  { commandLines, guesses }: CommandLineAccess,
): Route[] {
  const waitingAt = async (person: Person, code: string, { ip }: FastifyRequest) => {
    const login = await codeTyped(guesses, { person: person.id, ip }, () => commandLines.waiting(code));
    const { host, address, agent, asked_at: askedAt } = login;
    return { code: formatLoginCode(login.code), host, address, agent, askedAt };
  };
  const hasPassword = ({ id }: Person) => people.users.byId(id)?.password != null;
  const formFor = (
    request: FastifyRequest,
    person: Person,
    waiting: ApprovalForm['waiting'],
  ): ApprovalForm => ({
    waiting,
    person,
    again: isFresh(people, request)
      ? undefined
      : hasPassword(person)
        ? 'password'
        : {
            companyPath: `api/login/company?${new URLSearchParams({ again: 'true', to: withCode(waiting.code) })}`,
          },
  });
  const decided = async (
    request: FastifyRequest,
    reply: FastifyReply,
    decide: (person: Person, waiting: ApprovalForm['waiting']) => Promise<FastifyReply>,
  ): Promise<FastifyReply> => {
    const { code = '' } = formOf(request);
    const address = addressOf(request, withCode(code));
    try {
      requireOwnOrigin(people, request, { mayBeMissing: false });
      const { caller: person } = request;
      if (person.kind !== 'user') return toLogin(reply, address);
      return await decide(person, await waitingAt(person, code, request));
    } catch (error) {
      return sendFault(request, reply, error, (note) => codePage(address, { code, note }));
    }
  };
  return [
    route({
      ...described,
      method: 'GET',
      url: `/${path}`,
      summary: 'Page to let a command line in',
      handler: async (request, reply) => {
        if (comesFromElsewhere(request)) return sendPage(reply, reloadPage(request));
        const { code } = queryOf(request);
        const address = addressOf(request, withCode(code));
        const { caller: person } = request;
        if (person.kind !== 'user') return toLogin(reply, address);
        if (code === undefined) return sendPage(reply, codePage(address, {}));
        try {
          if (code.trim() === '') {
            const fault = sayIn(address.language)('fault_code_missing');
            return sendPage(reply, codePage(address, { fault }), 422);
          }
          return sendPage(
            reply,
            approvalPage(address, formFor(request, person, await waitingAt(person, code, request))),
          );
        } catch (error) {
          return sendFault(request, reply, error, (note) => codePage(address, { code, note }));
        }
      },
    }),
    route({
      ...described,
      method: 'POST',
      url: `/${path}`,
      action: 'login.approve',
      summary: 'Let a command line in',
      handler: (request, reply) =>
        decided(request, reply, async (person, waiting) => {
          const address = addressOf(request, withCode(waiting.code));
          if (!isFresh(people, request)) {
            const { password } = formOf(request);
            const form = formFor(request, person, waiting);
            if (form.again !== 'password' || password === undefined)
              return sendPage(reply, approvalPage(address, form), 403);
            try {
              await userOfPassword(people, request, { login: person.login, password });
              reply.header('set-cookie', (await renewLogin(people, request)).cookie);
            } catch (error) {
              return sendFault(request, reply, error, (note) => approvalPage(address, { ...form, note }));
            }
          }
          await orLoginsUnavailable(() => commandLines.decide(waiting.code, 'approved', person));
          return sendPage(reply, decidedPage(address, 'approved', waiting.host || waiting.address));
        }),
    }),
    route({
      ...described,
      method: 'POST',
      url: `/${denyPath}`,
      action: 'login.deny',
      summary: 'Keep a command line out',
      handler: (request, reply) =>
        decided(request, reply, async (person, waiting) => {
          await orLoginsUnavailable(() => commandLines.decide(waiting.code, 'denied', person));
          const address = addressOf(request, withCode(waiting.code));
          return sendPage(reply, decidedPage(address, 'denied', waiting.host || waiting.address));
        }),
    }),
  ];
}

function isFresh(people: LoginAccess, request: FastifyRequest): boolean {
  try {
    requireUsableLogin(people, request, { needsFresh: true, isWatched: false });
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'fresh_authentication_needed') return false;
    throw error;
  }
}

function toLogin(reply: FastifyReply, address: PageAddress): FastifyReply {
  const login = `login?${new URLSearchParams({ to: address.path })}`;
  return goTo(reply, address, pathInLanguage({ path: login }, address.language));
}

function withCode(code: string | undefined): string {
  return code === undefined ? path : `${path}?${new URLSearchParams({ code })}`;
}
