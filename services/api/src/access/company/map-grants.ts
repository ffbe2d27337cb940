import { everySite, type Grant } from '@holdfast/shared/contracts/api-key.ts';

/** Maps a value of the claim, such as a group or role of the company, to grants here. */
export type GrantsByValue = Readonly<Record<string, readonly Grant[]>>;

export type MappedGrants =
  | { readonly ok: true; readonly grants: readonly Grant[] }
  /** `no_claim`: the claim was not sent. `too_many`: Entra ID leaves it out when there are more values than fit. */
  | { readonly ok: false; readonly why: 'no_claim' | 'too_many' | 'none_mapped' };

type Claims = Readonly<Record<string, unknown>>;

/** A claim by its name, or by a path of names with dots: `realm_access.roles`. */
export function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((value, part) => {
    const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, part);
    return isThere ? (value as Claims)[part] : undefined;
  }, claims);
}

/** All grants that the values of the claim give together. */
export function mappedGrants(claims: Claims, claim: string, byValue: GrantsByValue): MappedGrants {
  const claimed = claimOf(claims, claim);
  if (claimed === undefined || claimed === null) {
    const elsewhere = claims._claim_names;
    const isLeftOut = typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, claim);
    return { ok: false, why: isLeftOut ? 'too_many' : 'no_claim' };
  }
  const grants = [claimed].flat().flatMap((value) => {
    const name = String(value);
    return Object.hasOwn(byValue, name) ? (byValue[name] ?? []) : [];
  });
  return grants.length > 0 ? { ok: true, grants: summed(grants) } : { ok: false, why: 'none_mapped' };
}

/** One grant per role, in a fixed order, so that the same groups give the same record. */
function summed(grants: readonly Grant[]): Grant[] {
  const sitesByRole = new Map<Grant['role'], Set<string>>();
  for (const { role, sites } of grants) {
    const all = sitesByRole.get(role) ?? new Set();
    for (const site of sites) all.add(site);
    sitesByRole.set(role, all);
  }
  return [...sitesByRole]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([role, sites]) => ({ role, sites: sites.has(everySite) ? [everySite] : [...sites].sort() }));
}
