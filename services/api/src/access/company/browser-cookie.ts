import type { IncomingHttpHeaders } from 'node:http';

const secureName = '__Host-hf-company';
const plainName = 'hf-http-company';
const lastsSeconds = 600;

/** The secret of the browser in which a company login was begun. */
export function browserInCookie(headers: IncomingHttpHeaders, isHttps: boolean): string | undefined {
  const name = `${isHttps ? secureName : plainName}=`;
  const found =
    headers.cookie
      ?.split(';')
      .map((each) => each.trim())
      .filter((each) => each.startsWith(name)) ?? [];
  // Where there are two, one is somebody else's.
  return found.length === 1 ? found[0]?.slice(name.length) : undefined;
}

/**
 * SameSite is Lax: browsers come back from another site and send no Strict cookie then. The cookie opens nothing by
 * itself.
 */
export function browserCookie(secret: string, isHttps: boolean): string {
  const rules = `Path=/; Max-Age=${lastsSeconds}; HttpOnly; SameSite=Lax`;
  return isHttps ? `${secureName}=${secret}; ${rules}; Secure` : `${plainName}=${secret}; ${rules}`;
}
