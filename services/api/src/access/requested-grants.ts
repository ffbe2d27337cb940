import { everySite, type Grant, type Role } from '@holdfast/shared/contracts/api-key.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Database } from '../database/open-database.ts';
import { type FieldError, validationFailed } from '../problems/problem.ts';

type Sites = readonly string[] | null | undefined;

/** Several grants, or the role and sites of one. */
export interface RequestedGrants {
  readonly grants?: readonly { readonly role: Role; readonly sites?: Sites }[] | null | undefined;
  readonly role?: Role | null | undefined;
  readonly sites?: Sites;
}

/**
 * The grants that a body asks for. A mistyped site code is refused. It would open nothing, or one day a site of that
 * name.
 * @throws Problem, DatabaseUnavailable
 */
export async function requestedGrants(database: Database, body: RequestedGrants): Promise<Grant[]> {
  const { grants, role, sites } = body;
  if (grants && (role || sites)) {
    throw validationFailed([{ path: role ? 'role' : 'sites', message: fieldText('belongs_into_a_grant') }]);
  }
  if (!grants && !role)
    throw validationFailed([{ path: 'role', message: fieldText('role_or_grants_needed') }]);
  const requestedList = grants
    ? grants.map((grant, index) => ({ ...grant, path: `grants.${index}.sites` }))
    : [{ role: role as Role, sites, path: 'sites' }];
  const whole = requestedList.map((grant) => ({ ...grant, sites: [...(grant.sites ?? [everySite])] }));
  const codes = whole.flatMap((grant) => grant.sites).filter((code) => code !== everySite);
  const siteCodes = await knownCodes(database, codes);
  const faults = whole.flatMap((grant): FieldError[] => {
    if (grant.sites.includes(everySite)) {
      if (grant.sites.length === 1) return [];
      return [{ path: grant.path, message: fieldText('all_sites_stand_alone') }];
    }
    return grant.sites.flatMap((code, index) =>
      siteCodes.has(code) ? [] : [{ path: `${grant.path}.${index}`, message: fieldText('no_such_site') }],
    );
  });
  if (faults.length > 0) throw validationFailed(faults);
  return whole.map(({ role, sites }) => ({ role, sites }));
}

async function knownCodes(database: Database, codes: readonly string[]): Promise<ReadonlySet<string>> {
  if (codes.length === 0) return new Set();
  const rows = await database.selectFrom('sites').select('code').where('code', 'in', codes).execute();
  return new Set(rows.map(({ code }) => code));
}
