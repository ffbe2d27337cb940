import type { IncomingHttpHeaders } from 'node:http';

/**
 * Browsers take a cookie with this prefix over HTTPS only, for this host and all of its paths, and let no page elsewhere
 * set it.
 */
const secureName = '__Host-hf';
/** The name over plain HTTP is another, so that neither is ever taken for the other. */
const plainName = 'hf-http';

/** The token in the cookie for HTTPS or for HTTP, or empty if there are several, since one of them belongs to another. */
export function tokenInCookie(headers: IncomingHttpHeaders, isHttps: boolean): string | undefined {
  const { cookie } = headers;
  const name = `${isHttps ? secureName : plainName}=`;
  if (cookie === undefined || !cookie.includes(name)) return undefined;
  const [token, ...others] = cookie
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each.startsWith(name))
    .map((each) => each.slice(name.length));
  return others.length === 0 ? token : '';
}

/** @param lastsSeconds undefined: until the browser is closed */
export function loginCookie(token: string, isHttps: boolean, lastsSeconds: number | undefined): string {
  const maxAge = lastsSeconds === undefined ? '' : `; Max-Age=${lastsSeconds}`;
  const rules = `; Path=/; HttpOnly; SameSite=Strict${maxAge}`;
  return isHttps ? `${secureName}=${token}${rules}; Secure` : `${plainName}=${token}${rules}`;
}

export function noLoginCookie(isHttps: boolean): string {
  return loginCookie('', isHttps, 0);
}
