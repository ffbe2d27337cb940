import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { findPeers } from '@holdfast/dev/setup/test-peers/peers.mjs';
import type { TestProject } from 'vitest/node';
import { makeRunFolder } from './run-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Everything that the run writes is in here. */
    runFolder: string;
    postgresAdminUrl: string;
    /** Programs that tests use where they are installed: the absolute path of each, or null. */
    installedServers: Awaited<ReturnType<typeof findPeers>>;
  }
}

/** Once per run: one PostgreSQL for all test files, which get databases of their own in it. */
export default async function setUpRun(project: TestProject): Promise<() => Promise<void>> {
  const installed = await findPeers();
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

function noteWhatIsSkipped(installed: Readonly<Record<string, string | null>>): void {
  const missing = Object.keys(installed).filter((name) => installed[name] === null);
  if (missing.length === 0) return;
  console.warn(
    `Not here: ${missing.join(', ')}. Tests that need them are skipped. npm test brings what this machine can have.`,
  );
}
