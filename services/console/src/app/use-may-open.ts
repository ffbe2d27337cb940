import { highestRole, isAtLeast, roleAt, useMe } from '../api/me.ts';
import type { Screen } from './screens.ts';

/** Whether the navigation offers a screen to the user; the API checks each call again. */
export function useMayOpen(): (screen: Screen) => boolean {
  const me = useMe();
  return (screen) => {
    if (me === undefined || !('role' in screen)) return true;
    // Most of a configuration belongs to one site.
    return isAtLeast(screen.role === 'engineer' ? highestRole(me) : roleAt(me, []), screen.role);
  };
}
