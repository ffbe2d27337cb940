import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import type { TestProject } from 'vitest/node';
import { DEBIAN_PACKAGES, findInstalledServers, type InstalledServers } from './installed-servers.ts';
import { makeRunFolder } from './run-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Everything that the run writes is in here. */
    runFolder: string;
    postgresAdminUrl: string;
    installedServers: InstalledServers;
  }
}

/** Once per run: one PostgreSQL for all test files, which get databases of their own in it. */
export default async function setUpRun(project: TestProject): Promise<() => Promise<void>> {
  const installed = findInstalledServers();
  noteWhatIsSkipped(installed);
  const folder = await makeRunFolder();
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), fsync: false });
  project.provide('runFolder', folder);
  project.provide('postgresAdminUrl', postgres.adminUrl);
  project.provide('installedServers', installed);
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

function noteWhatIsSkipped(installed: InstalledServers): void {
  const missing = (Object.keys(DEBIAN_PACKAGES) as (keyof InstalledServers)[])
    .filter((server) => installed[server] === null)
    .map((server) => DEBIAN_PACKAGES[server]);
  if (missing.length === 0) return;
  console.warn(
    `Not installed here: ${missing.join(', ')}. Tests that need them are skipped. ` +
      `On Debian and Ubuntu: apt-get install --no-install-recommends ${missing.join(' ')}`,
  );
}
