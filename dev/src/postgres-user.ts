import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canReachEverythingAs, type RunAs } from './launcher.ts';
import { LocalServerError } from './local-server-error.ts';

/**
 * Chooses the user for PostgreSQL, which refuses to run as root. `undefined` means this process's own user.
 *
 * For root: the owner of an existing data folder, else `postgres` where the system has such a user, else `nobody`.
 * Such a user usually cannot enter the folders above a checkout under /root; then it gets the one capability to do so.
 */
export async function choosePostgresUser(
  dataDir: string,
  neededPaths: readonly string[],
): Promise<RunAs | undefined> {
  const ownUid = process.getuid?.();
  const owner = await stat(dataDir).catch(() => undefined);
  if (ownUid !== 0) {
    if (owner !== undefined && ownUid !== undefined && owner.uid !== ownUid) {
      throw new LocalServerError(
        'not_permitted',
        `The PostgreSQL data in ${dataDir} belongs to another user (uid ${owner.uid}; it was probably started as root ` +
          'once). Start as that user or as root, or move the folder away to begin with an empty database.',
      );
    }
    return undefined;
  }
  const user =
    owner !== undefined && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : await unprivilegedUser();
  const reached = await Promise.all(neededPaths.map((path) => canEnterAllAbove(path, user)));
  if (reached.every(Boolean)) return { ...user, reachesEverything: false };
  if (!canReachEverythingAs(user.uid, user.gid)) {
    throw new LocalServerError(
      'not_permitted',
      `PostgreSQL does not run as root, and no other user may enter the folders above ${dataDir} or above the checkout. ` +
        'Put both where every user may enter (for example below /opt), or install util-linux (setpriv).',
    );
  }
  return { ...user, reachesEverything: true };
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

async function unprivilegedUser(): Promise<User> {
  const users = await readFile('/etc/passwd', 'utf8');
  for (const userName of ['postgres', 'nobody']) {
    const fields = users.split('\n').map((line) => line.split(':'));
    const entry = fields.find(([name]) => name === userName);
    if (entry !== undefined) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new LocalServerError(
    'not_permitted',
    'PostgreSQL does not run as root, and this system has neither a user "postgres" nor "nobody". ' +
      'Start as a plain user instead.',
  );
}

async function canEnterAllAbove(path: string, user: User): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const status = await stat(folder).catch(() => undefined);
    if (status !== undefined) {
      const bit = status.uid === user.uid ? 0o100 : status.gid === user.gid ? 0o010 : 0o001;
      if ((status.mode & bit) === 0) return false;
    }
    if (folder === dirname(folder)) return true;
  }
}
