import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { brokerAccess } from '@holdfast/shared/runtime/config.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { supervisorConfig } from '../../services/supervisor/src/config.ts';
import { identitiesForTest } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const identities = identitiesForTest();
const hasOpenssl = findProgram('openssl') !== undefined;

describe.skipIf(!hasOpenssl)('a broker with TLS that asks for certificates (made with openssl)', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof natsForTest>>;
  const at = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await temporaryFolder('tls');
    await authority('ca');
    await authority('other-ca');
    await certificate('broker', 'ca');
    await certificate('service', 'ca');
    server = await natsForTest({
      configLines: [
        ...identities.configLines,
        `tls { cert_file: "${at('broker.pem')}", key_file: "${at('broker.key')}", ca_file: "${at('ca.pem')}", verify: true }`,
      ],
    });
  });

  const openssl = (...args: string[]) => promisify(execFile)('openssl', args);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

  async function authority(name: string): Promise<void> {
    const out = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
    await openssl('req', '-x509', ...newKey, ...out, '-days', '2', '-subj', `/CN=${name}`);
  }

  async function certificate(name: string, ca: string): Promise<void> {
    const out = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
    const by = ['-CA', at(`${ca}.pem`), '-CAkey', at(`${ca}.key`), '-addext', 'subjectAltName=DNS:localhost'];
    await openssl('req', '-x509', ...newKey, ...out, ...by, '-days', '2', '-subj', `/CN=${name}`);
  }

  /** The server's name once it has let us in; else the first reason why we wait. */
  async function connected(settings: Record<string, string>): Promise<string | undefined> {
    const environment = {
      NATS_URL: `localhost:${server.port}`,
      NATS_NKEY_SEED: identities.seed('api'),
      ...settings,
    };
    const access = brokerAccess(supervisorConfig(environment));
    const gaveUp = new AbortController();
    let reason: string | undefined;
    const log = createLogger('test', 'silent');
    vi.spyOn(log, 'warn').mockImplementation((_fields: unknown, message?: string) => {
      // Where localhost is ::1 too, no server listens there.
      if (message?.includes('ECONNREFUSED ::1')) return;
      reason ??= message;
      gaveUp.abort();
    });
    try {
      const { nc } = await connectNats({ ...access, name: 'api', log, signal: gaveUp.signal });
      const name = nc.info?.server_name;
      await nc.close();
      return name;
    } catch (error) {
      if (reason !== undefined) return reason;
      throw error;
    }
  }

  it('lets in who has a certificate and knows its authority', async () => {
    const files = { NATS_TLS_CA_FILE: at('ca.pem'), NATS_TLS_CERT_FILE: at('service.pem') };
    expect(await connected({ ...files, NATS_TLS_KEY_FILE: at('service.key') })).toBe('holdfast');
  });

  it('is not believed when another authority was given', async () => {
    const files = { NATS_TLS_CA_FILE: at('other-ca.pem'), NATS_TLS_CERT_FILE: at('service.pem') };
    expect(await connected({ ...files, NATS_TLS_KEY_FILE: at('service.key') })).toMatch(/certificate/);
  });

  it('is never spoken to without TLS once a file was given', async () => {
    const plain = await natsForTest();
    expect(await connected({ NATS_URL: plain.url, NATS_TLS_CA_FILE: at('ca.pem') })).toMatch(/'tls'/);
    expect(await connected({ NATS_URL: `tls://127.0.0.1:${plain.port}` })).toMatch(/'tls'/);
  });

  it('cannot be configured with what is no certificate', async () => {
    await writeFile(at('no.pem'), 'no certificate');
    await expect(connected({ NATS_TLS_CA_FILE: at('no.pem') })).rejects.toThrow(/NATS_TLS_CA: must be PEM/);
  });
});
