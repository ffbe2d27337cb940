import { Link } from '@tanstack/react-router';
import { highestRole, isAtLeast, useMe } from '../api/me.ts';
import { usePreferences } from '../app/preferences.tsx';

/** Leads to a new device, for those who may make one somewhere. */
export function AddDevice({ className = 'button' }: { readonly className?: string }) {
  const { t } = usePreferences();
  const me = useMe();
  if (me !== undefined && !isAtLeast(highestRole(me), 'engineer')) return null;
  return (
    <Link to="/first-run" className={className}>
      {t('app.addDevice')}
    </Link>
  );
}
