import type { LoginWay } from '@holdfast/shared/contracts/login.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import type { FastifyRequest } from 'fastify';
import { auditAddress } from '../../audit/audit-about.ts';
import { BrokerUnavailable } from '../../ports.ts';
import { isHttps, type LoginAccess, requireSafeWay } from './login-access.ts';
import { callerOfLogin, loginsUnavailable } from './login-caller.ts';
import { loginCookie, tokenInCookie } from './login-cookie.ts';
import type { OpenedLogin } from './logins.ts';

const wallDisplaySeconds = 90 * 86_400;

export interface LoginWithCookie extends OpenedLogin {
  /** For the header Set-Cookie of the answer. The command line takes `token` instead. */
  readonly cookie: string;
}

/**
 * Logs in a person who has shown who they are, always under a new token; the login that the request came with ends.
 * From then on the audit log takes the request as that person's.
 * @throws Problem
 */
export async function openLogin(
  access: LoginAccess,
  request: FastifyRequest,
  {
    user,
    how,
    wallDisplay = false,
    authenticatedAtMs,
  }: { user: User; how: LoginWay; wallDisplay?: boolean; authenticatedAtMs?: number },
): Promise<LoginWithCookie> {
  requireSafeWay(access, request);
  const { caller } = request;
  const former = caller.kind === 'user' && hasCookie(request) ? caller.loginId : undefined;
  const overHttps = isHttps(request);
  const opened = await orLoginsUnavailable(() =>
    access.logins.open({
      ...{ user, how, wallDisplay, authenticatedAtMs, overHttps, address: auditAddress(request.ip) },
      agent: agentOf(request),
    }),
  );
  // Not awaited: a login neither fails nor waits if its time cannot be recorded.
  access.users
    .noteLogin(user.id)
    .catch((err: unknown) => request.log.warn({ err, user: user.id }, 'the time of a login is not recorded'));
  if (former !== undefined) await orLoginsUnavailable(() => access.logins.end(former));
  request.caller = callerOfLogin(opened.login, user);
  const cookie = loginCookie(opened.token, overHttps, wallDisplay ? wallDisplaySeconds : undefined);
  return { ...opened, cookie };
}

/**
 * Gives the login of a request another token, after its person has shown once more who they are.
 * @param proof for a request that comes from another site, and so without the login: its id, and when its person showed
 * who they are
 * @throws Problem
 */
export async function renewLogin(
  access: LoginAccess,
  request: FastifyRequest,
  proof?: { readonly loginId: string; readonly authenticatedAtMs: number | undefined },
): Promise<LoginWithCookie> {
  const { caller } = request;
  const id = proof?.loginId ?? (caller.kind === 'user' ? caller.loginId : undefined);
  const login = id === undefined ? undefined : access.logins.byId(id);
  const user = login && access.users.byId(login.user);
  if (!login || !user) throw new TypeError('there is no login to renew: ask for one before');
  const renewed = await orLoginsUnavailable(() => access.logins.renew(login, proof?.authenticatedAtMs));
  request.caller = callerOfLogin(renewed.login, user);
  const lasts = login.idle_minutes === null ? Date.parse(login.expires_at) - Date.now() : undefined;
  const seconds = lasts === undefined ? undefined : Math.max(1, Math.floor(lasts / 1_000));
  return { ...renewed, cookie: loginCookie(renewed.token, isHttps(request), seconds) };
}

export function hasCookie(request: FastifyRequest): boolean {
  return tokenInCookie(request.headers, isHttps(request)) !== undefined;
}

/** @throws Problem logins_unavailable */
export async function orLoginsUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof BrokerUnavailable ? loginsUnavailable(error) : error;
  }
}

function agentOf({ headers }: FastifyRequest): string {
  return (headers['user-agent'] ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 200);
}
