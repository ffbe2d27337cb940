import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildStale } from '@holdfast/dev/build/build.ts';
import { processExists } from '@holdfast/dev/child-process.ts';
import { startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { findPeers } from '@holdfast/dev/setup/test-peers/peers.mjs';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Everything that the run writes is in here. */
    runFolder: string;
    postgresAdminUrl: string;
    /** Programs that tests use where they are installed: the absolute path of each, or null. */
    installedServers: Awaited<ReturnType<typeof findPeers>>;
  }
}

/** Once per run: what is started is built, and one PostgreSQL for all test files, which get databases of their own in it. */
export default async function setUpRun(project: TestProject): Promise<() => Promise<void>> {
  const installed = await findPeers();
  noteWhatIsSkipped(installed);
  await buildStale();
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

const PREFIX = 'holdfast-test-run-';

/**
 * The folder that holds everything one test run writes. Its name carries the id of the run's process: a run that is
 * interrupted cannot clean up, and the next one does that for it.
 */
async function makeRunFolder(): Promise<string> {
  await removeFoldersOfDeadRuns();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // Servers that root starts as another user must be able to pass through.
  await chmod(folder, 0o711);
  return folder;
}

async function removeFoldersOfDeadRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    // Another user's leftovers cannot be removed, and need not be.
    if (!processExists(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}
