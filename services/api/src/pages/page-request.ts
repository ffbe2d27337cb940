import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLoopbackAddress, isPassedOn } from '../access/from-loopback.ts';
import { isHttps } from '../access/logins/login-access.ts';
import { problemOf } from '../http/problem-of.ts';
import { wayBack } from '../http/way-back.ts';
import { negotiateLanguage } from '../problems/negotiate-language.ts';
import type { Problem } from '../problems/problem.ts';
import type { Html } from './html.ts';
import { type PageAddress, pagePolicy } from './page-frame.ts';
import { type Say, sayIn } from './texts.ts';

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': pagePolicy(),
  'cache-control': 'no-store',
  // Without the origin that this policy keeps, a form of ours could not be distinguished from one elsewhere.
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
  vary: 'accept-language',
};

/** Text fields of a query or form. */
export type Fields = Readonly<Record<string, string | undefined>>;

export function queryOf(request: FastifyRequest): Fields {
  return request.query as Fields;
}

/** @param path of the page below the root, with what it needs of its query */
export function addressOf(request: FastifyRequest, path: string): PageAddress {
  const isLocal = isLoopbackAddress(request.ip) && !isPassedOn(request.headers);
  return {
    root: wayBack(request.url.slice(1)),
    path,
    language: negotiateLanguage(queryOf(request).lang, request.headers['accept-language']),
    isOpenToReaders: !isHttps(request) && !isLocal,
  };
}

/** @param to below the root. Browsers resolve a redirect against the page's own address, whatever its base is */
export function goTo(reply: FastifyReply, { root }: PageAddress, to: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(root + to, 303);
}

export function sendPage(reply: FastifyReply, page: Html, status = 200): FastifyReply {
  return reply.code(status).headers(headers).send(page.text);
}

/**
 * Answers with a page that says what went wrong.
 * @param page makes the page that shows a note
 */
export function sendFault(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  page: (note: readonly [string, string]) => Html,
): FastifyReply {
  const problem = problemOf(error);
  request.problemCode = problem.code;
  if (problem.status >= 500) request.log.warn({ err: problem.cause, code: problem.code }, 'a request failed');
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', String(problem.retryAfterSeconds));
  const { language } = addressOf(request, '');
  return sendPage(reply, page(noteOf(sayIn(language), problem, request.id)), problem.status);
}

function noteOf(
  say: Say,
  { code, retryAfterSeconds = 60 }: Problem,
  requestId: string,
): readonly [string, string] {
  switch (code) {
    case 'login_failed':
      return [say('problem_login_failed'), say('problem_login_failed_more')];
    case 'login_code_unknown':
      return [say('approve_unknown_title'), say('approve_unknown')];
    case 'login_delayed':
      return [say('problem_delayed', { seconds: retryAfterSeconds }), say('problem_delayed_more')];
    case 'too_many_logins':
      return [say('problem_busy'), say('problem_busy_more')];
    case 'logins_unavailable':
    case 'broker_unavailable':
      return [say('problem_unavailable'), say('problem_unavailable_more')];
    case 'login_over_http_refused':
      return [say('problem_over_http'), say('problem_over_http_more')];
    case 'origin_refused':
      return [say('problem_from_elsewhere'), say('problem_from_elsewhere_more')];
    default:
      return [say('problem_other'), say('problem_other_more', { requestId })];
  }
}
