import type { Me } from '@holdfast/shared/contracts/http/login-http.ts';
import { isAtLeast, type Role, roleAt, sitesWithout, useMe } from '../api/me.ts';
import { usePreferences } from '../app/preferences.tsx';

/** Whether the user has this role at all sites; the API checks each call again. */
export function useMayEverywhere(requiredRole: Role): boolean {
  const me = useMe();
  return me === undefined || isAtLeast(roleAt(me, []), requiredRole);
}

/** Why the user lacks a role, in words; undefined with the role, or if the API has to judge. @param roleOf their role there */
export function useWhyNot(requiredRole: Role, roleOf: (me: Me) => Role | undefined): string | undefined {
  const { t } = usePreferences();
  const me = useMe();
  const own = me && roleOf(me);
  if (me === undefined || isAtLeast(own, requiredRole)) return undefined;
  const role = t(`role.${requiredRole}`);
  return own ? t('command.role', { role, own: t(`role.${own}`) }) : t('command.everywhere', { role });
}

/** The same for a session, which takes commands from those who have the role at all of its sites. */
export function useWhyNotAt(requiredRole: Role, sites: readonly string[]): string | undefined {
  const { t } = usePreferences();
  const me = useMe();
  const why = useWhyNot(requiredRole, (whoever) => roleAt(whoever, sites));
  const missing = me && why !== undefined ? sitesWithout(me, requiredRole, sites) : [];
  if (missing.length === 0) return why;
  const names = missing.map((site) => site || t('command.noSite')).join(t('app.list'));
  return t('command.sites', { sites: names, role: t(`role.${requiredRole}`) });
}

/** Says why commands that need a role at all sites are disabled; shows nothing where they are not. */
export function RoleNote({ requiredRole }: { requiredRole: Role }) {
  const why = useWhyNot(requiredRole, (me) => roleAt(me, []));
  return why === undefined ? null : <p className="quiet small">{why}</p>;
}
