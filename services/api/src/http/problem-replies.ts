import { problemContentType } from '@holdfast/shared/contracts/http/problem-content-type.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { languageOf } from '../problems/negotiate-language.ts';
import { Problem } from '../problems/problem.ts';
import { ClientGone } from './client-gone.ts';
import { problemDocument } from './problem-document.ts';
import { problemOf } from './problem-of.ts';
import { httpText } from './texts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the problem that the request is answered with. */
    problemCode: string | undefined;
  }
}

/** Makes problem+json (RFC 9457) of every error, of unknown paths and of methods that a path does not have. */
export function addProblemReplies(app: FastifyInstance): void {
  app.decorateRequest('problemCode');
  const routes: { url: string; pattern: RegExp; method: string }[] = [];
  const pathsWithoutParameters = new Set<string>();
  app.addHook('onRoute', ({ url, method }) => {
    // The answer to browsers' preflights is the same for every path and says nothing about any.
    if (url === '*') return;
    if (!url.includes(':')) pathsWithoutParameters.add(withoutSlash(url));
    const path = url.replace(/\*$/, '.*').replace(/:[^/]+/g, '[^/]+');
    const pattern = new RegExp(`^${path.replace(/\/?$/, '/?$')}`);
    for (const name of [method].flat()) routes.push({ url: withoutSlash(url), pattern, method: name });
  });
  // `start-task` is a path of its own with every method, and never the id of a session.
  app.addHook('onRequest', (request, reply, done) => {
    const isTakenForParameter =
      request.routeOptions.url?.includes(':') && pathsWithoutParameters.has(withoutSlash(pathOf(request)));
    if (isTakenForParameter) replyNotFound(request, reply);
    else done();
  });
  const replyNotFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = pathOf(request);
    const isOwn = pathsWithoutParameters.has(withoutSlash(path));
    const methods = new Set(
      routes
        .filter(({ pattern, url }) => (isOwn ? url === withoutSlash(path) : pattern.test(path)))
        .map(({ method }) => method),
    );
    if (methods.size === 0) {
      const detail = httpText('is_no_call_of_this_api', { method: request.method, path });
      return replyWithProblem(new Problem('route_not_found', detail), request, reply);
    }
    const allowed = [...methods].sort().join(', ');
    reply.header('allow', allowed);
    const problem = new Problem('method_not_allowed', httpText('method_not_allowed', { path, allowed }));
    return replyWithProblem(problem, request, reply);
  };
  app.setNotFoundHandler(replyNotFound);
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof ClientGone) {
      request.log.debug({ method: request.method, route: request.routeOptions.url }, error.message);
      return reply.hijack();
    }
    // Fastify looks at the body first, even where no route would take it: QUERY has to have one.
    if (request.is404 && !(error instanceof Problem)) return replyNotFound(request, reply);
    return replyWithProblem(error, request, reply);
  });
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}

function withoutSlash(path: string): string {
  return path.replace(/\/$/, '');
}

export function replyWithProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error);
  request.problemCode = problem.code;
  if (problem.status >= 500) {
    const level = problem.status === 500 ? 'error' : 'warn';
    // Without a cause the detail that the caller gets is enough; the members may name a value that was written.
    const about =
      problem.cause === undefined ? { detail: inLanguage(problem.detail, 'en') } : { err: problem.cause };
    request.log[level]({ ...about, code: problem.code }, 'a request failed');
  }
  const body = problemDocument(problem, request.id, languageOf(request));
  // RFC 9110 §11.6.1
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (problem.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(problem.retryAfterSeconds));
  }
  // Sent as a string with a serializer of its own, so that no response schema of the route gets in between.
  return reply
    .code(problem.status)
    .type(problemContentType)
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(body);
}
