import { useState } from 'react';
import { isAtLeast, type Role } from '../api/me.ts';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { useSites } from './queries.ts';
import { everySite, type SiteRoles, withRole } from './site-roles.ts';
import { usePeopleTexts } from './texts.ts';

const roles = ['viewer', 'operator', 'engineer', 'administrator'] as const satisfies readonly Role[];
/** With more sites, a field narrows them. */
const sitesAtOnce = 8;

/** The role at all sites, and at each of them. */
export function GrantsFields({
  siteRoles,
  onChange,
}: {
  siteRoles: SiteRoles;
  onChange: (siteRoles: SiteRoles) => void;
}) {
  const { t } = usePeopleTexts();
  const query = useSites();
  const [find, setFind] = useState('');
  const everywhere = siteRoles.get(everySite);
  return (
    <fieldset className="grants">
      <legend>{t('people.roles')}</legend>
      <QueryAnswer query={query} title={t('people.sites.failed')}>
        {(sites) => {
          // A site may be gone while a role still names it.
          const codes = sites.map(({ code }) => code);
          const gone = [...siteRoles.keys()].filter((each) => each !== everySite && !codes.includes(each));
          const all = [...sites, ...gone.map((code) => ({ code, name: t('people.site.gone') }))];
          const needle = find.trim().toLowerCase();
          const listedSites = all.filter(({ code, name }) =>
            `${code} ${name}`.toLowerCase().includes(needle),
          );
          return (
            <>
              {all.length > sitesAtOnce && (
                <input
                  className="field"
                  type="search"
                  aria-label={t('people.sites.find')}
                  placeholder={t('people.sites.find')}
                  value={find}
                  onChange={({ target }) => setFind(target.value)}
                />
              )}
              <div className="grants-sites">
                <RoleField
                  name={t('people.everywhere')}
                  detail={t('people.everywhere.more')}
                  role={everywhere}
                  offered={roles}
                  none={t('people.role.none')}
                  onRole={(role) => onChange(withRole(siteRoles, everySite, role))}
                />
                {listedSites.map(({ code, name }) => (
                  <RoleField
                    key={code}
                    name={code}
                    detail={name === code ? '' : name}
                    role={
                      isAtLeast(everywhere, siteRoles.get(code) ?? 'viewer') ? undefined : siteRoles.get(code)
                    }
                    offered={roles.filter((each) => !isAtLeast(everywhere, each))}
                    none={t(everywhere === undefined ? 'people.role.none' : 'people.role.same')}
                    onRole={(role) => onChange(withRole(siteRoles, code, role))}
                  />
                ))}
              </div>
            </>
          );
        }}
      </QueryAnswer>
      <p className="quiet small">{t('people.roles.hint')}</p>
    </fieldset>
  );
}

function RoleField({
  name,
  detail,
  role,
  offered,
  none,
  onRole,
}: {
  name: string;
  detail: string;
  role: Role | undefined;
  offered: readonly Role[];
  /** What no role of its own means here. */
  none: string;
  onRole: (role: Role | undefined) => void;
}) {
  const { t } = usePeopleTexts();
  return (
    <label className="grants-site">
      <span>
        {name} <span className="quiet small">{detail}</span>
      </span>
      <select
        className="choice"
        value={role ?? ''}
        onChange={({ target }) => onRole(roles.find((each) => each === target.value))}
      >
        <option value="">{none}</option>
        {offered.map((each) => (
          <option key={each} value={each}>
            {t(`role.${each}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
