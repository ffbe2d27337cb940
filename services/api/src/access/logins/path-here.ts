const here = 'http://here.invalid';

/** Once relative, another slash at the beginning would name a host and a colon a scheme; proxies decode %2F, and climb. */
const leadsAway = /^\/(\/|[^/]*:)|(\/|%2f|%5c)(\.|%2e){2}(\/|%2f|%5c|$)/i;

/** An address as it is below this API's root, of which it never leads out; undefined: it is of another place. */
export function pathHere(to: string | undefined): string | undefined {
  if (to === undefined || !URL.canParse(to, here)) return undefined;
  const { origin, pathname, search, hash } = new URL(to, here);
  return origin === here && !leadsAway.test(pathname) ? pathname.slice(1) + search + hash : undefined;
}
