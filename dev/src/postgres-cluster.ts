import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { processExists, startProcess } from './child-process.ts';
import type { RunAs } from './launcher.ts';
import type { LineLog } from './line-log.ts';
import { LocalServerError } from './local-server-error.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

export const POSTGRES_USER = 'holdfast';
const MAJOR_VERSION = '18';

/** The files of one database cluster. */
export interface PostgresCluster {
  readonly dataDir: string;
  /** 0600, next to the data: the only copy of the password. */
  readonly passwordFile: string;
  readonly password: string;
}

/** Opens the cluster in `dataDir`, or creates it where there is none. */
export async function openOrCreateCluster(options: {
  readonly dataDir: string;
  readonly binaries: PostgresBinaries;
  readonly runAs: RunAs | undefined;
  /** False for throw-away data. */
  readonly fsync: boolean;
  readonly log: LineLog;
}): Promise<PostgresCluster> {
  const { dataDir } = options;
  const passwordFile = join(dirname(dataDir), `${basename(dataDir)}.password`);
  const version = await readIfThere(join(dataDir, 'PG_VERSION'));
  if (version !== undefined) {
    requireVersion(dataDir, version.trim());
    return { dataDir, passwordFile, password: await readPassword(dataDir, passwordFile) };
  }
  const password = randomBytes(24).toString('base64url');
  await mkdir(dirname(dataDir), { recursive: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  await createCluster({ ...options, password });
  return { dataDir, passwordFile, password };
}

/**
 * Makes sure that no live server owns the data. A lock file that a killed server left behind is no obstacle: the server
 * itself overrides it, except where its process id now belongs to another user; then it is removed here.
 */
export async function requireUnused(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  const pid = Number((await readIfThere(pidFile))?.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !processExists(pid)) return;
  // A postmaster's working directory is its data folder. Systems other than Linux rely on the server's own check.
  const workingDir = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (workingDir === dataDir) {
    throw new LocalServerError(
      'data_in_use',
      `Another PostgreSQL (process ${pid}) runs on ${dataDir}, probably from another "npm start". ` +
        `Stop that one first (kill -INT ${pid}).`,
    );
  }
  if (workingDir !== undefined) await rm(pidFile);
}

async function createCluster(options: {
  readonly dataDir: string;
  readonly binaries: PostgresBinaries;
  readonly runAs: RunAs | undefined;
  readonly fsync: boolean;
  readonly password: string;
  readonly log: LineLog;
}): Promise<void> {
  const { dataDir, binaries, runAs, fsync, password, log } = options;
  // Made next to its place and renamed when complete, so that a kill half-way leaves no half cluster.
  const unfinishedDir = `${dataDir}.unfinished`;
  const passwordForInitdb = `${dataDir}.unfinished-password`;
  await rm(unfinishedDir, { recursive: true, force: true });
  await rm(passwordForInitdb, { force: true });
  await mkdir(unfinishedDir, { mode: 0o700 });
  await writeFile(passwordForInitdb, password, { mode: 0o600 });
  if (runAs !== undefined) {
    await chown(unfinishedDir, runAs.uid, runAs.gid);
    await chown(passwordForInitdb, runAs.uid, runAs.gid);
  }
  try {
    const initdb = await startProcess({
      name: 'initdb',
      command: binaries.initdb,
      args: [
        `--pgdata=${unfinishedDir}`,
        `--username=${POSTGRES_USER}`,
        `--pwfile=${passwordForInitdb}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The server's own locale sorts alike on every machine, whatever locales that machine has.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--text-search-config=simple',
        '--set=timezone=UTC',
        '--set=log_timezone=UTC',
        '--no-instructions',
        ...(fsync ? [] : ['--no-sync']),
      ],
      env: { LC_ALL: 'C' },
      cwd: '/',
      log,
      ...(runAs === undefined ? {} : { runAs }),
    });
    const { code } = await initdb.exited;
    if (code !== 0) {
      const lines = initdb.lastLines(10).join('\n');
      throw new LocalServerError('exited', `initdb could not create ${dataDir}. Its last lines:\n${lines}`);
    }
    await rename(unfinishedDir, dataDir).catch((cause: unknown) => {
      throw new LocalServerError(
        'data_unusable',
        `${dataDir} holds files but no PostgreSQL database. Move it away and start again.`,
        { cause },
      );
    });
  } finally {
    await rm(passwordForInitdb, { force: true });
    await rm(unfinishedDir, { recursive: true, force: true });
  }
}

function requireVersion(dataDir: string, version: string): void {
  if (version === MAJOR_VERSION) return;
  throw new LocalServerError(
    'data_of_other_version',
    `The data in ${dataDir} was written by PostgreSQL ${version}; this Holdfast brings PostgreSQL ${MAJOR_VERSION}, ` +
      'which cannot read it. Either go back to the Holdfast that wrote it, dump the database there (pg_dump) and load it ' +
      `into the new one, or move the folder away to begin with an empty database: mv ${dataDir} ${dataDir}-${version}`,
  );
}

async function readPassword(dataDir: string, passwordFile: string): Promise<string> {
  const password = await readIfThere(passwordFile);
  if (password !== undefined && password !== '') return password;
  throw new LocalServerError(
    'data_unusable',
    `The password of the database in ${dataDir} is gone: ${passwordFile} is missing or empty. ` +
      'Put it back, or move the data folder away to begin with an empty database.',
  );
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
