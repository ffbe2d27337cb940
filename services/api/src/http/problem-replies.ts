import { type Problem, problemContentType } from '@holdfast/shared/contracts/http/problem.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblem } from '../problems/api-problem.ts';
import { ClientGone } from './client-gone.ts';
import { problemOf } from './http-errors.ts';

/** Makes problem+json (RFC 9457) of every error, of unknown paths and of methods that a path does not have. */
export function addProblemReplies(app: FastifyInstance): void {
  const routes: { pattern: RegExp; method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    // The answer to browsers' preflights is the same for every path and says nothing of any.
    if (url === '*') return;
    const path = url.replace(/\*$/, '.*').replace(/:[^/]+/g, '[^/]+');
    const pattern = new RegExp(`^${path.replace(/\/?$/, '/?$')}`);
    for (const name of [method].flat()) routes.push({ pattern, method: name });
  });
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof ClientGone)) return replyWithProblem(error, request, reply);
    request.log.debug({ method: request.method, route: request.routeOptions.url }, error.message);
    return reply.hijack();
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
    if (methods.size === 0) {
      const problem = { status: 404, code: 'route_not_found', title: 'There is nothing at this path' };
      return replyWithProblem(
        new ApiProblem({
          ...problem,
          detail: `${request.method} ${path} is no call of this API; /docs shows all.`,
        }),
        request,
        reply,
      );
    }
    const allowed = [...methods].sort().join(', ');
    reply.header('allow', allowed);
    const problem = { status: 405, code: 'method_not_allowed', title: 'This path has no such method' };
    return replyWithProblem(
      new ApiProblem({ ...problem, detail: `${path} takes ${allowed}.` }),
      request,
      reply,
    );
  });
}

export function replyWithProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error);
  request.problemCode = problem.code;
  if (problem.status >= 500) {
    const level = problem.status === 500 ? 'error' : 'warn';
    // The caller's answer is enough where nothing lies behind it; its members may name a value that was written.
    const about = problem.cause === undefined ? { detail: problem.detail } : { err: problem.cause };
    request.log[level]({ ...about, code: problem.code }, 'a request failed');
  }
  const body: Problem = {
    // RFC 9457 §4.2.1: about:blank says that `code` and `title` tell all there is.
    type: 'about:blank',
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    instance: request.id,
    ...problem.members,
  };
  // RFC 9110 §11.6.1
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (problem.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(problem.retryAfterSeconds));
  }
  // As a string and with a serializer of its own, so that no response schema of the route gets in between.
  return reply
    .code(problem.status)
    .type(problemContentType)
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(body);
}
