import type { Me } from '@holdfast/shared/contracts/http/login-http.ts';
import { isAtLeast, type Role, roleAt, useMe } from '../api/me.ts';
import { usePreferences } from '../app/preferences.tsx';

/** Whether whoever looks may do what this role may at all sites; the API judges each call once more. */
export function useMayEverywhere(needed: Role): boolean {
  const me = useMe();
  return me === undefined || isAtLeast(roleAt(me, []), needed);
}

/** Why whoever looks may not do what needs a role, in words; undefined where he may, or the API has to judge. @param held his role where it counts */
export function useWhyNot(needed: Role, held: (me: Me) => Role | undefined): string | undefined {
  const { t } = usePreferences();
  const me = useMe();
  const own = me && held(me);
  if (me === undefined || isAtLeast(own, needed)) return undefined;
  return t('command.role', { role: t(`role.${needed}`), own: own ? t(`role.${own}`) : '–' });
}

/** Why commands that need a role at all sites are switched off; nothing where they are not. */
export function RoleNote({ needed }: { needed: Role }) {
  const why = useWhyNot(needed, (me) => roleAt(me, []));
  return why === undefined ? null : <p className="quiet small">{why}</p>;
}
