import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { isAtLeast, type Role } from '../api/me.ts';

/** Stands for all sites, later ones too. */
export const everySite = '*';

/** The highest role at each site, by its code, and at all of them. */
export type SiteRoles = ReadonlyMap<string, Role>;

export function siteRolesOf(grants: readonly Grant[]): SiteRoles {
  const roles = new Map<string, Role>();
  for (const { role, sites } of grants) {
    for (const site of sites) {
      const other = roles.get(site);
      if (other === undefined || isAtLeast(role, other)) roles.set(site, role);
    }
  }
  return roles;
}

/** One grant per role, in a fixed order; a role that holds at all sites anyway is left out. */
export function grantsOf(siteRoles: SiteRoles): Grant[] {
  const everywhere = siteRoles.get(everySite);
  const sitesByRole = new Map<Role, string[]>();
  for (const [site, role] of [...siteRoles].sort(([one], [other]) => one.localeCompare(other))) {
    if (site !== everySite && isAtLeast(everywhere, role)) continue;
    sitesByRole.set(role, [...(sitesByRole.get(role) ?? []), site]);
  }
  return [...sitesByRole].flatMap(([role, sites]): Grant[] => {
    const others = sites.filter((site) => site !== everySite);
    return [
      ...(others.length < sites.length ? [{ role, sites: [everySite] }] : []),
      ...(others.length > 0 ? [{ role, sites: others }] : []),
    ];
  });
}

/** The same with another role at a site, or with none. */
export function withRole(siteRoles: SiteRoles, site: string, role: Role | undefined): SiteRoles {
  const others = [...siteRoles].filter(([other]) => other !== site);
  return new Map(role === undefined ? others : [...others, [site, role]]);
}
