import { execFile } from 'node:child_process';
import { chown, copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { type PostgresServer, startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiConfig } from '../src/config.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';

const root = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

interface TlsAnswer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly serial: string;
}

describe.skipIf(findProgram('openssl') === undefined)('TLS by files (made with openssl)', () => {
  let folder: string;
  let ca: string;
  const at = (name: string) => join(folder, name);

  async function certificate(name: string, ...more: string[]): Promise<void> {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const out = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-subj', `/CN=${name}`];
    await run('openssl', ['req', '-x509', ...key, ...out, ...more]);
  }
  const ofCa = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const byCa = () => [...ofCa, '-CA', at('ca.pem'), '-CAkey', at('ca.key')];

  beforeAll(async () => {
    folder = await temporaryFolder('api-tls');
    await certificate('ca', '-days', '2');
    await certificate('api', '-days', '2', ...byCa());
    await certificate('renewed', '-days', '2', ...byCa());
    await certificate('other-ca', '-days', '2');
    const over = ['-not_before', '20200101000000Z', '-not_after', '20200102000000Z'];
    // Older releases of openssl cannot make an expired certificate.
    await certificate('over', ...over, ...byCa()).catch(() => undefined);
    ca = at('ca.pem');
  });

  const faultOf = (files: Record<string, string>): string => {
    try {
      apiConfig({ DATABASE_URL: 'postgres://user@localhost/holdfast', ...files });
      return 'none';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('refuses at the start what cannot be served, and says which file is why', async () => {
    const pair = { API_TLS_CERT_FILE: at('api.pem'), API_TLS_KEY_FILE: at('api.key') };
    expect(faultOf(pair)).toBe('none');
    expect(faultOf({ API_TLS_CERT_FILE: at('api.pem') })).toContain('API_TLS_KEY_FILE: is needed as well');
    expect(faultOf({ API_TLS_KEY_FILE: at('api.key') })).toContain('API_TLS_CERT_FILE: is needed as well');
    expect(faultOf({ ...pair, API_TLS_KEY_FILE: at('none') })).toContain(`cannot read ${at('none')}`);
    expect(faultOf({ ...pair, API_TLS_KEY_FILE: at('renewed.key') })).toContain(
      'is not that of the certificate',
    );
    await writeFile(at('text'), 'secret text');
    const noPem = faultOf({ ...pair, API_TLS_KEY_FILE: at('text') });
    expect(noPem).toContain('holds not a private key in PEM');
    expect(noPem).not.toContain('secret text');
    if (await stat(at('over.pem')).catch(() => undefined)) {
      const over = { API_TLS_CERT_FILE: at('over.pem'), API_TLS_KEY_FILE: at('over.key') };
      expect(faultOf(over)).toContain('expired on Jan  2');
    }
  });

  describe('an API with a certificate, on a PostgreSQL that it speaks TLS with', () => {
    let postgres: PostgresServer;
    let database: string;
    let api: ApiUnderTest;
    let port: string;

    const ask = (options: object = {}): Promise<TlsAnswer> =>
      new Promise((resolve, reject) => {
        // Each request has its own connection, so that a renewed certificate shows.
        const more = { agent: false, host: 'localhost', port, path: '/health/ready', timeout: 5_000 };
        const request = get({ ...more, ...options }, (response) => {
          const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate();
          response.resume();
          resolve({ status: response.statusCode, headers: response.headers, serial: serialNumber });
        });
        request.on('error', reject);
      });
    const trusting = async () => ask({ ca: await readFile(ca) });

    beforeAll(async () => {
      postgres = await startPostgres({ dataDir: at('postgres'), fsync: false });
      cleanUpAfterFile(async () => void (await postgres.stop()));
      const owner = await stat(postgres.dataDir);
      for (const kind of ['pem', 'key']) {
        const file = join(postgres.dataDir, `server.${kind}`);
        await copyFile(at(`api.${kind}`), file);
        await chown(file, owner.uid, owner.gid);
      }
      database = await postgres.createDatabase('tls');
      const admin = new pg.Client({ connectionString: postgres.adminUrl });
      await admin.connect();
      await admin.query("alter system set ssl_cert_file = 'server.pem'");
      await admin.query("alter system set ssl_key_file = 'server.key'");
      await admin.query('alter system set ssl = on');
      await admin.query('select pg_reload_conf()');
      await admin.end();
      await copyFile(at('api.pem'), at('served.pem'));
      await copyFile(at('api.key'), at('served.key'));
      const { url } = await natsForTest();
      api = await startApi({
        nats: url,
        database: `${database}?sslmode=verify-full&sslrootcert=${ca}`,
        env: {
          API_TLS_CERT_FILE: at('served.pem'),
          API_TLS_KEY_FILE: at('served.key'),
          API_TLS_HSTS_SECONDS: '3600',
        },
      });
      port = new URL(api.url).port;
      await eventually(async () => (await trusting().catch(() => undefined))?.status === 200, {
        what: 'the API to be ready over TLS',
      });
    });

    it('serves clients that know its authority, and none in the open', async () => {
      expect((await trusting()).headers['strict-transport-security']).toBe('max-age=3600');
      await expect(ask()).rejects.toThrow(/certificate/);
      await expect(fetch(`${api.url}/health/live`)).rejects.toThrow();
      // The API is still alive after that.
      expect((await trusting()).status).toBe(200);
    });

    it('is found healthy by the check of its container, and commanded from the command line', async () => {
      const check = [join(root, 'deploy/healthcheck.mjs'), `${api.url}/health/ready`];
      const env = { API_TLS_CERT_FILE: at('served.pem') };
      const { stdout } = await run(process.execPath, check, { env });
      expect(stdout).toMatch(/^200 /);
      const cli = [join(root, 'tools/cli/src/main.ts'), 'tasks', 'list', '--json'];
      const HOLDFAST_URL = `https://localhost:${port}`;
      expect(
        (await run(process.execPath, cli, { env: { HOLDFAST_URL, NODE_EXTRA_CA_CERTS: ca } })).stderr,
      ).toBe('');
      await expect(run(process.execPath, cli, { env: { HOLDFAST_URL } })).rejects.toThrow(/certificate/);
    });

    it('speaks TLS with the database, and only with one of the right authority', async () => {
      const admin = new pg.Client({ connectionString: postgres.adminUrl });
      await admin.connect();
      const { rows } = await admin.query(
        "select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name like 'holdfast%'",
      );
      await admin.end();
      expect(rows).toEqual([{ ssl: true }]);
      const wrong = `${database}?sslmode=verify-full&sslrootcert=${at('other-ca.pem')}`;
      await expect(new pg.Client({ connectionString: wrong }).connect()).rejects.toThrow(/certificate/);
    });

    it('takes a renewed certificate into use without a restart, and keeps the former while that is none', async () => {
      const before = (await trusting()).serial;
      await copyFile(at('renewed.key'), at('served.key'));
      await eventually(
        () => api.process.lastLines(50).some((line) => line.includes('the former one stays')),
        {
          what: 'half of a renewal to be refused',
        },
      );
      expect((await trusting()).serial).toBe(before);
      await copyFile(at('renewed.pem'), at('served.pem'));
      await eventually(async () => (await trusting()).serial !== before, {
        what: 'the renewed certificate to be served',
      });
    });

    it('ends at once when it is asked to', async () => {
      expect(await api.process.stop({ graceMs: 10_000 })).toMatchObject({ code: 0 });
    });
  });
});
