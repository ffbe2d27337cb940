import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { problemOf } from '../../http/problem-of.ts';
import { type Route, route } from '../../http/route.ts';
import { Problem } from '../../problems/problem.ts';
import { isHttps, type LoginAccess, requireSafeWay } from '../logins/login-access.ts';
import { requireFewTries } from '../logins/login-routes.ts';
import { openLogin, renewLogin } from '../logins/open-login.ts';
import { pathHere } from '../logins/path-here.ts';
import { accessText } from '../texts.ts';
import type { CompanyLogins } from './company-logins.ts';

const secureName = '__Host-hf-company';
const plainName = 'hf-http-company';
const lastsSeconds = 600;

/** Where the provider sends browsers back to, below PUBLIC_URL. */
export const companyCallbackPath = '/api/login/company/callback/';

const beginQuery = z.object({
  to: z
    .string()
    .max(1_000)
    .optional()
    .describe('Where to go once in, below the address of the API; the console without it'),
  again: z
    .enum(['true', 'false'])
    .optional()
    .describe('Whether to re-authenticate the person for the existing login'),
});

/** The provider adds what it likes. */
const callbackQuery = z.looseObject({
  state: z.string().optional().describe('As it was sent along'),
  code: z.string().optional().describe('Who it was, for whoever began it'),
  error: z.string().optional().describe('Why there is no code'),
});

/** Answers as pages, for people. */
export interface CompanyPages {
  /** Answers with a page that goes on by itself. @param to below the root of the API */
  goOn(request: FastifyRequest, reply: FastifyReply, to: string): FastifyReply;
  refuse(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply;
}

/** Login by the company's sign-on, for browsers. Every step is a GET, since other sites send the browser along. */
export function companyRoutes(
  access: LoginAccess,
  company: CompanyLogins | undefined,
  pages: CompanyPages,
): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/login/company',
      role: 'open',
      tag: 'Access',
      summary: 'Log in by the company sign-on, in a browser',
      about: 'Redirects to the company sign-on and back to `to`. `again=true` makes an existing login fresh.',
      schema: { querystring: beginQuery },
      answer: { type: 'text/html', description: 'The browser is sent to the identity provider (303)' },
      handler: (request, reply) =>
        asPage(pages, request, reply, async () => {
          requireSafeWay(access, request);
          // Each begun login is a write at the broker.
          requireFewTries(access.tries, request.ip);
          const { again, to } = request.query;
          const begun = await setUp(company).begin({
            to: pathHere(to) ?? '',
            browser: browserInCookie(request.headers, isHttps(request)),
            again: again === 'true' ? loginOf(request) : null,
          });
          return reply
            .header('set-cookie', browserCookie(begun.browser, isHttps(request)))
            .header('cache-control', 'no-store')
            .redirect(begun.url.href, 303);
        }),
    }),
    route({
      method: 'GET',
      url: companyCallbackPath.replace(/\/$/, ''),
      role: 'open',
      action: 'login.open',
      tag: 'Access',
      summary: 'Where the company sign-on sends browsers back to',
      schema: { querystring: callbackQuery },
      answer: { type: 'text/html', description: 'A page that goes on by itself; its cookie is the login' },
      handler: (request, reply) =>
        asPage(pages, request, reply, async () => {
          const [, query = ''] = request.url.split('?', 2);
          // The provider's code must not get into the audit log.
          request.query = {};
          const browser = browserInCookie(request.headers, isHttps(request));
          const entry = await setUp(company).finish(`?${query}`, browser);
          const { user, authenticatedAtMs, again, to } = entry;
          if (again !== null && access.logins.byId(again)?.user !== user.id) throw anotherPerson();
          const { cookie } =
            again === null
              ? // Without that time, the person is asked once more for what needs a fresh login.
                await openLogin(access, request, {
                  ...{ user, how: 'oidc', authenticatedAtMs: authenticatedAtMs ?? 0 },
                })
              : await renewLogin(access, request, { loginId: again, authenticatedAtMs });
          request.log.info({ user: user.id, login: user.login }, 'a user logged in by the company sign-on');
          // This is no redirect: browsers send a Strict cookie only with requests that a page of our own has begun.
          return pages.goOn(request, reply.header('set-cookie', cookie), to);
        }),
    }),
    route({
      method: 'GET',
      url: '/api/logout/company',
      role: 'open',
      tag: 'Access',
      summary: 'Log out at the company sign-on as well, in a browser',
      answer: { type: 'text/html', description: 'The browser is sent to the identity provider (303)' },
      handler: (request, reply) =>
        asPage(pages, request, reply, async () => reply.redirect(await setUp(company).logoutUrl(), 303)),
    }),
  ];
}

/** Shows a problem as a page to browsers, and as JSON to other clients. */
async function asPage(
  pages: CompanyPages,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await answer();
  } catch (error) {
    const wantsPage = request.headers.accept?.includes('text/html') ?? false;
    if (!wantsPage) throw error;
    const problem = problemOf(error);
    request.problemCode = problem.code;
    if (problem.status >= 500)
      request.log.warn({ err: problem.cause, code: problem.code }, 'a request failed');
    const { retryAfterSeconds } = problem;
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
    return pages.refuse(request, reply, problem);
  }
}

function setUp(company: CompanyLogins | undefined): CompanyLogins {
  if (company) return company;
  throw new Problem('company_login_not_set_up', accessText('company_login_not_set_up'));
}

/** @throws Problem when no person is logged in */
function loginOf({ caller }: FastifyRequest): string {
  if (caller.kind === 'user') return caller.loginId;
  throw new Problem('login_needed', accessText('only_a_login_that_is_there'));
}

function anotherPerson(): Problem {
  return new Problem('company_login_failed', accessText('somebody_else_logged_in_there'), {
    why: 'another_person',
  });
}

/** The secret of the browser in which a company login was begun. */
function browserInCookie(headers: IncomingHttpHeaders, isHttps: boolean): string | undefined {
  const name = `${isHttps ? secureName : plainName}=`;
  const cookies =
    headers.cookie
      ?.split(';')
      .map((each) => each.trim())
      .filter((each) => each.startsWith(name)) ?? [];
  // Where there are two, one belongs to another.
  return cookies.length === 1 ? cookies[0]?.slice(name.length) : undefined;
}

/**
 * SameSite is Lax: browsers come back from another site and send no Strict cookie then. The cookie opens nothing by
 * itself.
 */
function browserCookie(secret: string, isHttps: boolean): string {
  const rules = `Path=/; Max-Age=${lastsSeconds}; HttpOnly; SameSite=Lax`;
  return isHttps ? `${secureName}=${secret}; ${rules}; Secure` : `${plainName}=${secret}; ${rules}`;
}
