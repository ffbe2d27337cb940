import { everySite, type Role, roles } from '@holdfast/shared/contracts/api-key.ts';
import type { Grant } from '@holdfast/shared/contracts/user.ts';
import type { Concerned } from '../ports.ts';
import { Problem } from '../problems/problem.ts';

/** Where the caller's role holds: at all sites and beyond, or at those with these codes. */
export type GrantedSites = 'everywhere' | readonly string[];

export function grantedSites(sites: readonly string[]): GrantedSites {
  return sites.includes(everySite) ? 'everywhere' : sites;
}

/** Where somebody with these grants has a role, or one above it. */
export function sitesWith(grants: readonly Grant[], needed: Role): GrantedSites {
  const enough = grants.filter(({ role }) => roles.indexOf(role) >= roles.indexOf(needed));
  return grantedSites([...new Set(enough.flatMap(({ sites }) => sites))]);
}

export interface SiteAccess {
  /** @throws Problem unless the role holds at all sites of it, DatabaseUnavailable, BrokerUnavailable */
  require(granted: GrantedSites, concerned: Concerned): Promise<void>;
}

/** As much of a caller as its sites follow from. */
type SitesCaller =
  | { readonly kind: 'key' | 'user'; readonly sites: GrantedSites }
  | { readonly kind: 'local' | 'refused' };

/** Sites that the answer of a list, a history or a stream may be about. */
export function sitesOf({ caller }: { readonly caller: SitesCaller }): GrantedSites {
  if (caller.kind === 'refused') return [];
  return caller.kind === 'key' || caller.kind === 'user' ? caller.sites : 'everywhere';
}

/** @throws Problem */
export function requireEverywhere(granted: GrantedSites): void {
  if (granted === 'everywhere') return;
  throw siteNotGranted(granted, 'this concerns all sites');
}

/**
 * @param concerned codes of sites; an empty one for what belongs to none
 * @throws Problem unless the role holds at all of them
 */
export function requireGranted(granted: GrantedSites, concerned: Iterable<string>): void {
  if (granted === 'everywhere') return;
  for (const code of concerned) {
    if (!granted.includes(code)) {
      throw siteNotGranted(granted, 'this concerns something at another site, or at none');
    }
  }
}

/** The other site is not named: whoever asks may not know of it. */
function siteNotGranted(granted: readonly string[], what: string): Problem {
  return new Problem(
    'site_not_granted',
    `The key is for ${granted.join(', ')}, and ${what}. Ask an administrator for a key with more sites.`,
    { sites: granted },
  );
}
