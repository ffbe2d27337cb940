import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { useAccountTexts } from '../account/texts.ts';
import { everySite } from './site-roles.ts';

/** Roles in words, each with its sites. */
export function useGrantTexts(): (grants: readonly Grant[]) => string[] {
  const { t } = useAccountTexts();
  return (grants) =>
    grants.map(({ role, sites }) =>
      sites.includes(everySite)
        ? t('account.role.everywhere', { role: t(`role.${role}`) })
        : t('account.role.at', { role: t(`role.${role}`), sites: sites.join(t('app.list')) }),
    );
}
