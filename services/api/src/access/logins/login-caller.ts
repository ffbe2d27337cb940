import type { Login } from '@holdfast/shared/contracts/login.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../problems/problem.ts';
import type { Caller } from '../caller.ts';
import { accessText } from '../texts.ts';
import { isHttps, type LoginAccess, requireOwnOrigin, requireSafeWay } from './login-access.ts';
import { tokenInCookie } from './login-cookie.ts';
import type { LoginCheck } from './logins.ts';

export const isSafeMethod = ({ method }: Pick<FastifyRequest, 'method'>): boolean =>
  method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/** The caller of a request that comes with a login, or undefined if it comes with none. */
export function loginCallerOf(access: LoginAccess, request: FastifyRequest): Caller | undefined {
  const { authorization } = request.headers;
  const cookie = tokenInCookie(request.headers, isHttps(request));
  const token = cookie ?? loginInHeader(authorization);
  if (token === undefined) return undefined;
  try {
    if (cookie !== undefined && authorization !== undefined) throw cookieAndKey();
    requireSafeWay(access, request);
    if (cookie !== undefined && !isSafeMethod(request)) {
      requireOwnOrigin(access, request, { mayBeMissing: false });
    }
    return callerOfCheck(access.logins.check(token, cookie === undefined ? undefined : isHttps(request)));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { kind: 'refused', problem: error };
  }
}

/** The caller, after asking the broker if the login is not known here. */
export async function recheckedCaller(access: LoginAccess, request: FastifyRequest): Promise<Caller> {
  const { caller } = request;
  const isOver =
    caller.kind === 'refused' && caller.problem instanceof Problem && caller.problem.code === 'login_over';
  if (!isOver) return caller;
  const cookie = tokenInCookie(request.headers, isHttps(request));
  const token = cookie ?? loginInHeader(request.headers.authorization);
  if (token === undefined) return caller;
  return callerOfCheck(
    await access.logins.lookUp(token, cookie === undefined ? undefined : isHttps(request)),
  );
}

const freshForMs = 5 * 60_000;

/** Notes that a login was used. @throws Problem unless it may do what the request asks for */
export function requireUsableLogin(
  { logins }: LoginAccess,
  request: FastifyRequest,
  { needsFresh, isWatched }: { readonly needsFresh: boolean; readonly isWatched: boolean },
): void {
  const { caller } = request;
  if (caller.kind !== 'user') return;
  if (!isSafeMethod(request) && logins.currency() !== 'current') throw loginsUnavailable();
  if (needsFresh && !logins.isFresh({ authenticated_at: caller.authenticatedAt }, freshForMs)) {
    throw new Problem('fresh_authentication_needed', accessText('fresh_authentication_needed'), {
      authenticated_at: caller.authenticatedAt,
    });
  }
  // A page that is left open follows live samples for ever, so it is no sign that a person sits before it.
  if (!isWatched) logins.noteUse(caller.loginId);
}

export function callerOfLogin(login: Login, user: User): Caller {
  return {
    kind: 'user',
    id: user.id,
    name: user.name,
    login: user.login,
    loginId: login.id,
    authenticatedAt: login.authenticated_at,
    grants: user.grants,
  };
}

function callerOfCheck(checked: LoginCheck): Caller {
  if (checked.ok) return callerOfLogin(checked.login, checked.user);
  return { kind: 'refused', problem: checked.why === 'unavailable' ? loginsUnavailable() : loginOver() };
}

function loginInHeader(authorization: string | undefined): string | undefined {
  return /^bearer +(hfl_\S*) *$/i.exec(authorization ?? '')?.[1];
}

export function loginsUnavailable(cause?: unknown): Problem {
  return new Problem(
    'logins_unavailable',
    accessText('logins_unavailable'),
    {},
    { retryAfterSeconds: 5, ...(cause !== undefined && { cause }) },
  );
}

function loginOver(): Problem {
  return new Problem('login_over', accessText('login_over'));
}

function cookieAndKey(): Problem {
  return new Problem('cookie_and_key', accessText('cookie_and_key'));
}
