const here = 'http://here.invalid';

/**
 * Made relative, a path with a second slash at its start would name a host, with a colon a scheme; proxies decode %2F and
 * follow `..`.
 */
const leadsAway = /^\/(\/|[^/]*:)|(\/|%2f|%5c)(\.|%2e){2}(\/|%2f|%5c|$)/i;

/** An address relative to this API's root, out of which it never leads; undefined: it is somewhere else. */
export function pathHere(to: string | undefined): string | undefined {
  if (to === undefined || !URL.canParse(to, here)) return undefined;
  const { origin, pathname, search, hash } = new URL(to, here);
  return origin === here && !leadsAway.test(pathname) ? pathname.slice(1) + search + hash : undefined;
}
