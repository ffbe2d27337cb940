import type { FastifyRequest } from 'fastify';
import { Problem } from '../../problems/problem.ts';
import { isLoopbackAddress, isPassedOn } from '../from-loopback.ts';
import type { MinuteLimit } from '../minute-limit.ts';
import { accessText } from '../texts.ts';
import type { Users } from '../users.ts';
import type { LoginDelays } from './login-delays.ts';
import type { Logins } from './logins.ts';
import type { Passwords } from './passwords.ts';

/** Everything by which people log in. */
export interface LoginAccess {
  readonly users: Users;
  readonly logins: Logins;
  readonly passwords: Passwords;
  readonly delays: LoginDelays;
  /** Limits how often one network tries to log in. */
  readonly tries: MinuteLimit;
  /** Address by which browsers reach the API, without a slash at its end; undefined: whatever host they ask for. */
  readonly publicUrl: string | undefined;
  /** Whether people may log in over plain HTTP from other machines. */
  readonly overHttp: boolean;
}

export function isHttps({ protocol }: Pick<FastifyRequest, 'protocol'>): boolean {
  return protocol === 'https';
}

/** Where browsers reach the API, without a slash at its end. */
export function addressForBrowsers(
  { publicUrl }: Pick<LoginAccess, 'publicUrl'>,
  { protocol, host }: { readonly protocol: string; readonly host: string },
): string {
  return publicUrl ?? `${protocol}://${host}`;
}

/** @throws Problem for a login over plain HTTP from another machine, where others on the way could read it */
export function requireSafeWay(access: Pick<LoginAccess, 'overHttp'>, request: FastifyRequest): void {
  if (isHttps(request) || access.overHttp) return;
  const isForwarded = isPassedOn(request.headers);
  if (isLoopbackAddress(request.ip) && !isForwarded) return;
  throw new Problem(
    'login_over_http_refused',
    isForwarded ? accessText('this_came_over_plain_http') : accessText('passwords_and_logins_would_cross'),
  );
}

/** @throws Problem for a request from a page of another origin, or without Origin unless that `mayBeMissing` */
export function requireOwnOrigin(
  access: Pick<LoginAccess, 'publicUrl'>,
  request: FastifyRequest,
  { mayBeMissing }: { readonly mayBeMissing: boolean },
): void {
  const { origin } = request.headers;
  if (origin === undefined && mayBeMissing) return;
  const requestOrigin = `${request.protocol}://${request.host}`;
  const own = access.publicUrl === undefined ? requestOrigin : new URL(access.publicUrl).origin;
  if (origin !== undefined && (origin === own || (origin === requestOrigin && isOfThisMachine(origin))))
    return;
  throw new Problem(
    'origin_refused',
    origin === undefined
      ? accessText('a_login_in_a_cookie_changes', { own })
      : accessText('a_page_elsewhere_may_do_nothing', {
          ...{ origin, own },
          publicUrl: access.publicUrl === undefined ? '' : accessText('from_public_url'),
        }),
  );
}

function isOfThisMachine(origin: string): boolean {
  return /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(origin);
}
