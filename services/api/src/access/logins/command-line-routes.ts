import type { BegunCommandLineLogin } from '@holdfast/shared/contracts/begun-login.ts';
import { formatLoginCode } from '@holdfast/shared/contracts/begun-login.ts';
import { noFieldsSchema } from '@holdfast/shared/contracts/http/closed-object.ts';
import {
  askCommandLineLoginSchema,
  type CommandLineLoginView,
  commandLineLoginRequestSchema,
  commandLineLoginViewSchema,
  type PolledCommandLineLogin,
  pollCommandLineLoginSchema,
  polledCommandLineLoginSchema,
} from '@holdfast/shared/contracts/http/command-line-login-http.ts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { auditAddress } from '../../audit/audit-about.ts';
import { type Route, route } from '../../http/route.ts';
import { Problem } from '../../problems/problem.ts';
import type { MinuteLimit } from '../minute-limit.ts';
import { accessText } from '../texts.ts';
import type { CommandLineLogins } from './command-line-logins.ts';
import { addressForBrowsers, type LoginAccess, requireSafeWay } from './login-access.ts';
import type { LoginDelays } from './login-delays.ts';
import { loginDelayed, requireFewTries } from './login-routes.ts';
import { openLogin, orLoginsUnavailable } from './open-login.ts';

/** The page where a person types the code, below the address of the API. */
const approvalPath = '/approve';
const pollSeconds = 2;

const params = z.object({ code: z.string().max(32).describe('As the command line shows it') });
const decisions = [
  { verb: 'approve', decided: 'approved', summary: 'Approve a command line' },
  { verb: 'deny', decided: 'denied', summary: 'Deny a command line' },
] as const;

export interface CommandLineAccess {
  readonly commandLines: CommandLineLogins;
  /** Limits how often one network asks how its command lines were decided. */
  readonly polls: MinuteLimit;
  /** Delays people who have typed wrong codes. */
  readonly guesses: LoginDelays;
}

/** Logins of command lines, approved in a browser. */
export function commandLineRoutes(access: LoginAccess, own: CommandLineAccess): Route[] {
  const typed = <T>(
    request: FastifyRequest,
    find: (by: { readonly id: string }) => Promise<T>,
  ): Promise<T> => {
    const { caller, ip } = request;
    if (caller.kind !== 'user') throw onlyForPeople();
    return codeTyped(own.guesses, { person: caller.id, ip }, () => find(caller));
  };
  return [
    route({
      method: 'POST',
      url: '/api/login/command-line',
      role: 'open',
      action: 'login.ask',
      tag: 'Access',
      summary: 'Begin the login of a command line',
      about:
        'For programs without a browser: `code` is entered on `page` by a person who is logged in, within ten minutes.',
      problems: { 429: 'Too many tries' },
      schema: { body: askCommandLineLoginSchema, response: { 201: commandLineLoginRequestSchema } },
      handler: async (request, reply) => {
        requireSafeWay(access, request);
        requireFewTries(access.tries, request.ip);
        const { host, person } = request.body;
        const { secret, login } = await orLoginsUnavailable(() =>
          own.commandLines.ask({
            ...{ host, person: person ?? '', address: auditAddress(request.ip) },
            agent: (request.headers['user-agent'] ?? '').slice(0, 200),
          }),
        );
        return reply
          .code(201)
          .header('cache-control', 'no-store')
          .send({
            ...{ secret, code: formatLoginCode(login.code), expires_at: login.expires_at },
            page: `${addressForBrowsers(access, request)}${approvalPath}`,
            poll_seconds: pollSeconds,
          });
      },
    }),
    route({
      method: 'POST',
      url: '/api/login/command-line/poll',
      role: 'open',
      action: undefined,
      tag: 'Access',
      summary: 'Poll the login of a command line',
      about: '`status` is `waiting`, `approved` (with `token`, only this once), `denied` or `over`.',
      problems: { 429: 'Too many tries' },
      schema: { body: pollCommandLineLoginSchema, response: { 200: polledCommandLineLoginSchema } },
      handler: async (request, reply) => {
        requireSafeWay(access, request);
        requireFewTries(own.polls, request.ip, accessText('this_address_asks_too_often'));
        const decision = await orLoginsUnavailable(() => own.commandLines.poll(request.body.secret));
        reply.header('cache-control', 'no-store');
        const none = { token: null, login: null, expires_at: null };
        if (decision.status !== 'approved') return { status: decision.status, ...none };
        const user = access.users.byId(decision.user);
        // The user was disabled after the approval.
        if (!user || user.disabled) return { status: 'denied', ...none } satisfies PolledCommandLineLogin;
        const { token, login } = await openLogin(access, request, { user, how: 'approved' });
        return { status: 'approved', token, login: user.login, expires_at: login.expires_at };
      },
    }),
    route({
      method: 'GET',
      url: '/api/login/command-line/:code',
      role: 'known',
      sites: 'own',
      tag: 'Access',
      summary: 'Show the command line that waits with a code',
      problems: { 429: 'Too many tries' },
      schema: { params, response: { 200: commandLineLoginViewSchema } },
      handler: async (request) => {
        const { code } = request.params;
        return view(await typed(request, () => own.commandLines.waiting(code)));
      },
    }),
    ...decisions.map(({ verb, decided, summary }) =>
      route({
        method: 'POST',
        url: `/api/login/command-line/:code/${verb}`,
        role: 'known',
        sites: 'own',
        // A person who finds a login left open must not make others with it that outlast it.
        fresh: decided === 'approved',
        action: `login.${verb}`,
        tag: 'Access',
        summary,
        problems: { 429: 'Too many tries' },
        schema: { params, body: noFieldsSchema, response: { 200: commandLineLoginViewSchema } },
        handler: async (request) => {
          const { code } = request.params;
          return view(await typed(request, (by) => own.commandLines.decide(code, decided, by)));
        },
      }),
    ),
  ];
}

/** Uses a code that a person has typed; after wrong ones the person waits, longer each time. @throws Problem */
export async function codeTyped<T>(
  guesses: LoginDelays,
  { person, ip }: { readonly person: string; readonly ip: string },
  use: () => Promise<T>,
): Promise<T> {
  const begun = guesses.begin(person, ip);
  if (typeof begun === 'number') throw loginDelayed(begun, accessText('you_have_typed_several_wrong_codes'));
  let hasFailed: boolean | undefined;
  try {
    const login = await orLoginsUnavailable(use);
    hasFailed = false;
    return login;
  } catch (error) {
    hasFailed = error instanceof Problem && error.code === 'login_code_unknown' ? true : undefined;
    throw error;
  } finally {
    begun(hasFailed);
  }
}

function view(login: BegunCommandLineLogin): CommandLineLoginView {
  const { code, host, person, address, agent, asked_at, expires_at } = login;
  return { code: formatLoginCode(code), host, person, address, agent, asked_at, expires_at };
}

function onlyForPeople(): Problem {
  return new Problem('login_needed', accessText('a_command_line_is_let'));
}
