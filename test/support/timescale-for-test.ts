import { globSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { createDatabase } from '@holdfast/dev/postgres-databases.ts';
import { choosePostgresUser } from '@holdfast/dev/postgres-user.ts';
import pg from 'pg';
import { cleanUpAfterFile } from './cleanup.ts';
import { eventually } from './eventually.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Where Debian and Ubuntu have it (package postgresql-17-timescaledb or another version). */
const [extension] = globSync('/usr/share/postgresql/*/extension/timescaledb.control').sort();
const version = extension?.split('/')[4];

/** For `describe.skipIf(!timescaleIsInstalled())`. */
export function timescaleIsInstalled(): boolean {
  return version !== undefined;
}

/** An empty database with the TimescaleDB extension, on a server used only by this test. */
export async function timescaleForTest(): Promise<string> {
  const programs = `/usr/lib/postgresql/${version}/bin`;
  const folder = await temporaryFolder('timescale');
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  const runAs = await choosePostgresUser(dataDir, [dataDir]);
  if (runAs) await chown(dataDir, runAs.uid, runAs.gid);
  const as = runAs ? { runAs } : {};
  const initdb = await startProcess({
    name: 'initdb',
    command: join(programs, 'initdb'),
    args: ['-D', dataDir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    cwd: '/',
    ...as,
  });
  const { code } = await initdb.exited;
  if (code !== 0) throw new Error(`initdb failed:\n${initdb.lastLines(10).join('\n')}`);
  const port = await freePort();
  const settings = {
    shared_preload_libraries: 'timescaledb',
    'timescaledb.telemetry_level': 'off',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
  };
  const server = await startProcess({
    name: 'postgres',
    command: join(programs, 'postgres'),
    args: [
      '-D',
      dataDir,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
    ],
    cwd: '/',
    signalOnParentDeath: 'SIGINT',
    ...as,
  });
  cleanUpAfterFile(() => server.stop({ signal: 'SIGINT' }));
  const adminUrl = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const url = await eventually(() => createDatabase(adminUrl, `timescale_${port}`), {
    what: 'the server to make a database',
    intervalMs: 200,
  });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create extension if not exists timescaledb');
  await client.end();
  return url;
}
