import { isAtLeast, type Role, roleAt, useMe } from '../api/me.ts';
import { usePreferences } from '../app/preferences.tsx';

/** Whether whoever looks may do what this role may at all sites; the API judges each call once more. */
export function useMayEverywhere(needed: Role): boolean {
  const me = useMe();
  return me === undefined || isAtLeast(roleAt(me, []), needed);
}

/** Why commands that need a role at all sites are switched off; nothing where they are not. */
export function RoleNote({ needed }: { needed: Role }) {
  const { t } = usePreferences();
  const me = useMe();
  const isAllowed = useMayEverywhere(needed);
  if (isAllowed) return null;
  const own = me && roleAt(me, []);
  return (
    <p className="quiet small">
      {t('command.role', { role: t(`role.${needed}`), own: own ? t(`role.${own}`) : '–' })}
    </p>
  );
}
