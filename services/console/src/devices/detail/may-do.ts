import { isAtLeast, type Role, roleAt, useMe } from '../../api/me.ts';
import { useDeviceTexts } from './texts.ts';

/** Why somebody may not do what needs a role at these sites, in words; undefined when he may, or the API has to judge. */
export function useForbidden(needed: Role, sites: readonly string[] | undefined): string | undefined {
  const { t } = useDeviceTexts();
  const me = useMe();
  if (me === undefined) return undefined;
  const held = roleAt(me, sites ?? []);
  if (isAtLeast(held, needed)) return undefined;
  // Which sites a device has that no session reads is not known here: the API judges whoever has the role at some.
  if (sites === undefined && me.grants.some(({ role }) => isAtLeast(role, needed))) return undefined;
  const role = t(`role.${needed}`);
  return held === undefined
    ? t('device.role.none', { role })
    : t('device.role', { role, own: t(`role.${held}`) });
}
