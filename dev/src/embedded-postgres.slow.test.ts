import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { processExists } from './child-process.ts';
import { type PostgresOptions, type PostgresServer, startPostgres } from './embedded-postgres.ts';

describe('the embedded PostgreSQL', () => {
  it('creates a database and keeps its rows over a stop and a new start', async () => {
    const dataDir = await newDataDir();
    const first = await start({ dataDir });
    const url = await first.createDatabase('plant');
    await query(url, 'CREATE TABLE session (id int)');
    await query(url, 'INSERT INTO session VALUES (36)');

    expect(await first.stop()).toEqual({ code: 0, signal: null });
    const second = await start({ dataDir });

    expect(await query(await second.createDatabase('plant'), 'SELECT id FROM session')).toEqual([{ id: 36 }]);
  });

  it('is PostgreSQL 18 in UTF-8 and UTC, with passwords checked', async () => {
    const server = await start({ dataDir: await newDataDir() });

    const [row] = await query(
      server.adminUrl,
      `SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('server_encoding') AS encoding,
              current_setting('timezone') AS timezone, current_setting('unix_socket_directories') AS sockets`,
    );
    expect(row).toEqual({ major: 18, encoding: 'UTF8', timezone: 'UTC', sockets: '' });

    const wrongUrl = new URL(server.adminUrl);
    wrongUrl.password = 'guess';
    await expect(query(wrongUrl.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(server.passwordFile)).mode & 0o777).toBe(0o600);
  });

  it('keeps committed rows and its port over kill -9', async () => {
    const server = await start({ dataDir: await newDataDir() });
    const { pid, adminUrl } = server;
    await query(adminUrl, 'CREATE TABLE session (id int)');
    await query(adminUrl, 'INSERT INTO session VALUES (36)');

    expect(await server.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    await server.restart();

    expect(server.pid).not.toBe(pid);
    expect(server.adminUrl).toBe(adminUrl);
    expect(await query(adminUrl, 'SELECT id FROM session')).toEqual([{ id: 36 }]);
  });

  it('answers on no open connection any more when it was killed', async () => {
    const server = await start({ dataDir: await newDataDir() });
    const client = new pg.Client({ connectionString: server.adminUrl });
    client.on('error', () => {});
    await client.connect();

    await server.kill();

    await expect(client.query('SELECT 1')).rejects.toThrow();
    await client.end().catch(() => {});
  });

  it('starts again after kill -9 of the server process alone, whose backends linger', async () => {
    const server = await start({ dataDir: await newDataDir() });
    process.kill(server.pid, 'SIGKILL');
    await server.exited;

    await server.restart();

    expect(await query(server.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts on the lock file of a killed server whose process id belongs to another process now', async () => {
    const dataDir = await newDataDir();
    await (await start({ dataDir })).stop();
    await writeFile(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n`);

    const server = await start({ dataDir });

    expect(await query(server.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('stops although a client keeps a transaction open', async () => {
    const server = await start({ dataDir: await newDataDir() });
    const client = new pg.Client({ connectionString: server.adminUrl });
    client.on('error', () => {});
    await client.connect();
    await client.query('BEGIN');

    await server.stop();

    expect(processExists(server.pid)).toBe(false);
    await client.end();
  });
});

describe('the embedded PostgreSQL refuses to start', () => {
  it('on data that another live server owns, and names it', async () => {
    const dataDir = await newDataDir();
    const first = await start({ dataDir });

    await expect(start({ dataDir })).rejects.toMatchObject({
      code: 'data_in_use',
      message: expect.stringContaining(String(first.pid)),
    });
  });

  it('on data of another major version, and says what to do', async () => {
    const dataDir = await newDataDir();
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'PG_VERSION'), '16\n');

    await expect(start({ dataDir })).rejects.toMatchObject({
      code: 'data_of_other_version',
      message: expect.stringMatching(/PostgreSQL 16.*PostgreSQL 18.*pg_dump.*mv /s),
    });
  });

  it('on a folder that holds something else', async () => {
    const dataDir = await newDataDir();
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'holiday.jpg'), '');

    await expect(start({ dataDir })).rejects.toMatchObject({ code: 'data_unusable' });
  });

  it('on data whose password is lost', async () => {
    const dataDir = await newDataDir();
    const server = await start({ dataDir });
    await server.stop();
    await rm(server.passwordFile);

    await expect(start({ dataDir })).rejects.toMatchObject({
      code: 'data_unusable',
      message: expect.stringContaining(server.passwordFile),
    });
  });

  it('on a port that is taken', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const { port } = squatter.address() as AddressInfo;

    await expect(start({ dataDir: await newDataDir(), port })).rejects.toMatchObject({ code: 'port_taken' });
    squatter.close();
  });
});

describe.skipIf(process.getuid?.() !== 0)('the embedded PostgreSQL started by root', () => {
  it('works in a folder that only root may enter, and does not run as root', async () => {
    const dataDir = await newDataDir({ parentMode: 0o700 });

    const server = await start({ dataDir });

    expect(await query(server.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await stat(`/proc/${server.pid}`)).uid).not.toBe(0);
    expect((await stat(dataDir)).uid).not.toBe(0);
  });

  it('works in a folder that everybody may enter', async () => {
    const dataDir = await newDataDir({ parentMode: 0o755 });

    const server = await start({ dataDir });

    expect(await query(server.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

async function newDataDir({ parentMode = 0o700 } = {}): Promise<string> {
  const parent = await temporaryFolder('postgres');
  await chmod(parent, parentMode);
  return join(parent, 'data');
}

async function start(options: PostgresOptions): Promise<PostgresServer> {
  const server = await startPostgres({ fsync: false, ...options });
  cleanUpAfterFile(() => server.stop());
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
