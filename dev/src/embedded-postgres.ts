import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type ProcessExit, type RunningProcess, startProcess } from './child-process.ts';
import { freePort, portIsFree } from './free-port.ts';
import type { LineLog } from './line-log.ts';
import { LocalServerError } from './local-server-error.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { openOrCreateCluster, POSTGRES_USER, requireUnused } from './postgres-cluster.ts';
import { createDatabase, runOnce } from './postgres-databases.ts';
import { choosePostgresUser } from './postgres-user.ts';
import { killFamily } from './process-family.ts';

export interface PostgresOptions {
  /** Data folder, created where it is missing; its parent also gets `<name>.password` (0600). */
  readonly dataDir: string;
  /** Default: a free one. */
  readonly port?: number;
  /** False, for tests, is fast, but a crash of the machine (not of the process) may destroy the data. Default true. */
  readonly fsync?: boolean;
  readonly log?: LineLog;
  /** Default 120 s: after a crash the server first replays its log. */
  readonly readyTimeoutMs?: number;
}

export interface PostgresServer {
  readonly port: number;
  readonly dataDir: string;
  readonly passwordFile: string;
  /** Superuser on the database `postgres`, password included: never log it. Stays the same over `restart`. */
  readonly adminUrl: string;
  /** The server that runs now, or ran last. After kill -9 of it alone, its backends still answer for some moments. */
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  lastLines(count: number): string[];
  /** Creates the database where it is missing and returns its URL, password included. */
  createDatabase(name: string): Promise<string>;
  /** Fast shutdown: open transactions are rolled back, connections closed. After `graceMs` (default 10 s) it is forced. */
  stop(options?: { readonly graceMs?: number }): Promise<ProcessExit>;
  /** kill -9 of the server and its backends at once, so that no open connection gets an answer after it. */
  kill(): Promise<ProcessExit>;
  /** Starts the server again on the same port and data; stops it first where it still runs. */
  restart(): Promise<void>;
}

const DEFAULT_READY_TIMEOUT_MS = 120_000;
const DEFAULT_GRACE_MS = 10_000;
const FORCED_GRACE_MS = 5_000;
const READY_POLL_MS = 20;
// Time for retries: backends of a killed server hold its memory until they notice, and a free port may be taken before us.
const START_ATTEMPTS_MS = 10_000;
const PAUSE_BETWEEN_ATTEMPTS_MS = 100;
const INVALID_PASSWORD = '28P01';

/**
 * Starts a real PostgreSQL 18 on 127.0.0.1 (TCP only, scram passwords) and returns when it takes queries.
 *
 * Rejects with `LocalServerError`: `port_taken`, `data_in_use`, `data_of_other_version`, `data_unusable`,
 * `not_permitted`, `not_installed`, `exited`, `not_ready`.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { fsync = true, log = () => {} } = options;
  const binaries = await findPostgresBinaries();
  const dataDir = await resolveDataDir(options.dataDir);
  const runAs = await choosePostgresUser(dataDir, [dataDir, binaries.postgres, binaries.initdb]);
  await requireUnused(dataDir);
  if (options.port !== undefined && !(await portIsFree(options.port))) throw portTaken(options.port);
  const cluster = await openOrCreateCluster({ dataDir, binaries, runAs, fsync, log });

  async function startOnce(port: number): Promise<RunningProcess> {
    const server = await startProcess({
      name: 'postgres',
      command: binaries.postgres,
      args: ['-D', dataDir, '-p', String(port), ...settings(fsync)],
      env: { LC_ALL: 'C' },
      cwd: '/',
      log,
      // To PostgreSQL SIGTERM means "wait until every client has left".
      signalOnParentDeath: 'SIGINT',
      ...(runAs === undefined ? {} : { runAs }),
    });
    await untilReady(
      server,
      adminUrl(cluster.password, port),
      options.readyTimeoutMs ?? DEFAULT_READY_TIMEOUT_MS,
    );
    return server;
  }

  async function start(wantedPort: number | undefined): Promise<{ server: RunningProcess; port: number }> {
    const giveUpAt = Date.now() + START_ATTEMPTS_MS;
    for (;;) {
      await requireUnused(dataDir);
      const port = wantedPort ?? (await freePort());
      try {
        return { server: await startOnce(port), port };
      } catch (error) {
        const mayPass = error instanceof LocalServerError && error.code === 'exited';
        if (!mayPass || Date.now() >= giveUpAt) throw error;
      }
      await sleep(PAUSE_BETWEEN_ATTEMPTS_MS);
    }
  }

  let { server, port } = await start(options.port);
  const url = adminUrl(cluster.password, port);

  return {
    port,
    dataDir,
    passwordFile: cluster.passwordFile,
    adminUrl: url,
    get pid() {
      return server.pid;
    },
    get exited() {
      return server.exited;
    },
    lastLines: (count) => server.lastLines(count),
    createDatabase: (name) => createDatabase(url, name),
    stop: ({ graceMs = DEFAULT_GRACE_MS } = {}) => stopFast(server, graceMs),
    async kill() {
      if (server.exit === undefined) await killFamily(server.pid);
      return server.exited;
    },
    async restart() {
      await stopFast(server, DEFAULT_GRACE_MS);
      ({ server, port } = await start(port));
    },
  };
}

/** Absolute and without symbolic links, as the server itself will name it. The folder itself may not exist yet. */
async function resolveDataDir(dataDir: string): Promise<string> {
  const path = resolve(dataDir);
  await mkdir(dirname(path), { recursive: true });
  const parent = await realpath(dirname(path));
  return realpath(path).catch(() => join(parent, basename(path)));
}

function settings(fsync: boolean): string[] {
  const values = [
    'listen_addresses=127.0.0.1',
    // No socket file: its path would have to be short, and writable for the user that the server runs as.
    'unix_socket_directories=',
    // Not synchronous_commit=off: that would lose commits to kill -9 of the server too.
    ...(fsync ? [] : ['fsync=off', 'full_page_writes=off']),
  ];
  return values.flatMap((value) => ['-c', value]);
}

function adminUrl(password: string, port: number): string {
  return `postgres://${POSTGRES_USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

async function untilReady(server: RunningProcess, url: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  while (Date.now() < deadline) {
    if (server.exit !== undefined) throw exitedEarly(server);
    try {
      await runOnce(url, 'SELECT 1');
      return;
    } catch (error) {
      lastError = error;
      if (error instanceof pg.DatabaseError && error.code === INVALID_PASSWORD) {
        await stopFast(server, DEFAULT_GRACE_MS);
        throw new LocalServerError('data_unusable', 'The stored password is not the one of this database.', {
          cause: error,
        });
      }
    }
    await sleep(READY_POLL_MS);
  }
  await stopFast(server, DEFAULT_GRACE_MS);
  throw new LocalServerError(
    'not_ready',
    `PostgreSQL took no queries after ${timeoutMs} ms. Its last lines:\n${server.lastLines(10).join('\n')}`,
    { cause: lastError },
  );
}

function exitedEarly(server: RunningProcess): LocalServerError {
  const lines = server.lastLines(10).join('\n');
  return new LocalServerError('exited', `PostgreSQL ended before it was ready. Its last lines:\n${lines}`);
}

function portTaken(port: number): LocalServerError {
  return new LocalServerError(
    'port_taken',
    `PostgreSQL: something else listens on 127.0.0.1:${port} already.`,
  );
}

async function stopFast(server: RunningProcess, graceMs: number): Promise<ProcessExit> {
  if (server.exit !== undefined) return server.exit;
  server.signal('SIGINT');
  const tooSlow = setTimeout(
    () => void server.stop({ signal: 'SIGQUIT', graceMs: FORCED_GRACE_MS }),
    graceMs,
  );
  try {
    return await server.exited;
  } finally {
    clearTimeout(tooSlow);
  }
}
