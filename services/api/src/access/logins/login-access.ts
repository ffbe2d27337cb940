import { both } from '@holdfast/driver/form-words.ts';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../problems/problem.ts';
import { isLoopbackAddress, isPassedOn } from '../from-loopback.ts';
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
    isForwarded
      ? both(
          'This came over plain HTTP as far as the API knows. Name the proxy in API_TRUSTED_PROXIES, and have it send X-Forwarded-Proto: https.',
          '在 API 看来，此请求经明文 HTTP 到达。请在 API_TRUSTED_PROXIES 中写明代理，并让它发送 X-Forwarded-Proto: https。',
        )
      : both(
          'Passwords and logins would cross the network in the clear. Call the API by https:// (API_TLS_CERT_FILE), or set LOGIN_OVER_HTTP=true where the network is trusted.',
          '否则密码和登录会在网络上明文传输。请通过 https:// 访问 API（API_TLS_CERT_FILE）；若网络可信，可设置 LOGIN_OVER_HTTP=true。',
        ),
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
      ? both(
          `A login in a cookie changes things only for pages of ${own}, and the header Origin says of none.`,
          `浏览器中的登录只能由 ${own} 的页面用来更改内容，而此请求没有请求头 Origin。`,
        )
      : both(
          `A page of ${origin} may do nothing here with the login of another one: the pages of this API are those of ${own}${access.publicUrl === undefined ? '' : ' (PUBLIC_URL)'}.`,
          `${origin} 的页面不能借用其他网站的登录在此操作：本 API 的页面属于 ${own}${access.publicUrl === undefined ? '' : '（PUBLIC_URL）'}。`,
        ),
  );
}

function isOfThisMachine(origin: string): boolean {
  return /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(origin);
}
