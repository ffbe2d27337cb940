import { inject } from 'vitest';

/**
 * The path of a program that tests use, by the name that dev/setup/test-peers or a driver's package.json gives it; null
 * where it is not installed.
 * @throws Error for a name that is not in the list, as then it is not installed either
 */
export function installedPeer(name: string): string | null {
  const installed: Readonly<Record<string, string | null>> = inject('installedServers');
  const path = installed[name];
  if (path === undefined) throw new Error(`no package.json of a driver names ${name} among its testPeers`);
  return path;
}
