import { isAtLeast, type Role, roleAt, useMe } from '../../api/me.ts';
import { useDeviceTexts } from './texts.ts';

/** Why the user lacks a role at these sites, in words, or undefined if they have it, or the API has to judge. */
export function useForbidden(requiredRole: Role, sites: readonly string[] | undefined): string | undefined {
  const { t } = useDeviceTexts();
  const me = useMe();
  if (me === undefined) return undefined;
  const ownRole = roleAt(me, sites ?? []);
  if (isAtLeast(ownRole, requiredRole)) return undefined;
  // The sites of a device that no session reads are unknown here: the API judges users who have the role at any site.
  if (sites === undefined && me.grants.some(({ role }) => isAtLeast(role, requiredRole))) return undefined;
  const role = t(`role.${requiredRole}`);
  return ownRole === undefined
    ? t('device.role.none', { role })
    : t('device.role', { role, own: t(`role.${ownRole}`) });
}
