import { everySite, type Grant, type Role, roles } from '@holdfast/shared/contracts/api-key.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { Database } from '../database/open-database.ts';
import type { Concerned } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { accessText } from './texts.ts';

/** Where a role holds: at all sites and beyond, or at those with these codes. */
export type GrantedSites = 'everywhere' | readonly string[];

/** Where the grants give the role, or a higher one. */
export function sitesWhere(grants: readonly Grant[], neededRole: Role): GrantedSites {
  const sufficient = grants.filter(({ role }) => roles.indexOf(role) >= roles.indexOf(neededRole));
  const codes = sufficient.flatMap(({ sites }) => sites);
  return codes.includes(everySite) ? 'everywhere' : codes;
}

/** The highest role that the grants give at any site, or undefined if there are none. */
export function highestRole(grants: readonly Grant[]): Role | undefined {
  return roles.findLast((role) => grants.some((grant) => grant.role === role));
}

export interface SiteAccess {
  /** @throws Problem unless the role holds at all sites concerned, DatabaseUnavailable, BrokerUnavailable */
  require(granted: GrantedSites, concerned: Concerned): Promise<void>;
  /**
   * The same within the transaction of a change: until it ends, no device concerned can move to another site. The tasks
   * and points concerned are locked already.
   */
  requireUntilEnd(transaction: Database, granted: GrantedSites, concerned: Concerned): Promise<void>;
}

/** @throws Problem */
export function requireEverywhere(granted: GrantedSites): void {
  if (granted === 'everywhere') return;
  throw siteNotGranted(granted, accessText('this_concerns_all_sites'));
}

/**
 * @param concerned codes of sites; the empty code stands for what belongs to none
 * @throws Problem unless the role holds at all of them
 */
export function requireRoleAt(granted: GrantedSites, concerned: Iterable<string>): void {
  if (granted === 'everywhere') return;
  for (const code of concerned) {
    if (!granted.includes(code)) {
      throw siteNotGranted(granted, accessText('this_concerns_something_at_another_site'));
    }
  }
}

/**
 * @param concerned codes of sites, an empty one for what belongs to none
 * @throws Problem unless the role holds at one of them
 */
export function requireRoleAtOneOf(granted: GrantedSites, concerned: readonly string[]): void {
  if (granted === 'everywhere' || concerned.some((code) => granted.includes(code))) return;
  throw siteNotGranted(granted, accessText('this_concerns_something_at_another_site'));
}

/**
 * For a change to a session. With the role at one of its sites the caller sees the session, so the problem names the others.
 * @param concerned codes of the session's sites, an empty one for devices at none
 * @throws Problem unless the role holds at all of them
 */
export function requireRoleAtSessionSites(
  granted: GrantedSites,
  sessionId: string,
  concerned: readonly string[],
): void {
  requireRoleAtOneOf(granted, concerned);
  const missing = concerned.filter((code) => granted !== 'everywhere' && !granted.includes(code));
  if (granted === 'everywhere' || missing.length === 0) return;
  const missingNames = missing.map((code) => code || accessText('no_site'));
  throw new Problem(
    'site_not_granted',
    accessText('session_at_other_sites', { sessionId, granted, missing: missingNames }),
    { sites: granted, missing },
  );
}

/** The problem does not name the other site: the caller may not know of it. */
function siteNotGranted(granted: readonly string[], what: Text): Problem {
  return new Problem('site_not_granted', accessText('site_not_granted', { granted, what }), {
    sites: granted,
  });
}
