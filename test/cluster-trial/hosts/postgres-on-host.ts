import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { findPostgresBinaries } from '@holdfast/dev/postgres-binaries.ts';
import { openOrCreateCluster, POSTGRES_USER } from '@holdfast/dev/postgres-cluster.ts';
import { createDatabase } from '@holdfast/dev/postgres-databases.ts';
import { choosePostgresUser } from '@holdfast/dev/postgres-user.ts';
import { eventually } from '../../support/eventually.ts';
import type { Host } from '../network/network.ts';
import { appendTo } from './log-file.ts';

const port = 5432;

/** PostgreSQL on a host of its own, open to all hosts. @returns the URL of its database */
export async function startPostgresOn(host: Host, folder: string, logFile: string): Promise<string> {
  const binaries = await findPostgresBinaries();
  const dataDir = join(folder, 'postgres');
  const runAs = await choosePostgresUser(dataDir, [dataDir, binaries.postgres, binaries.initdb]);
  const log = appendTo(logFile);
  const { password } = await openOrCreateCluster({ dataDir, binaries, runAs, fsync: false, log });
  await appendFile(join(dataDir, 'pg_hba.conf'), 'host all all 0.0.0.0/0 scram-sha-256\n');
  const settings = [`listen_addresses=${host.address}`, 'unix_socket_directories=', 'fsync=off'];
  await startProcess({
    name: host.name,
    command: binaries.postgres,
    args: ['-D', dataDir, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    env: { LC_ALL: 'C' },
    cwd: '/',
    log,
    network: host.name,
    ...(runAs === undefined ? {} : { runAs }),
  });
  const adminUrl = `postgres://${POSTGRES_USER}:${encodeURIComponent(password)}@${host.address}:${port}/postgres`;
  return eventually(() => createDatabase(adminUrl, 'holdfast'), {
    what: 'PostgreSQL to take queries',
    timeoutMs: 60_000,
    intervalMs: 100,
  });
}
