import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { temporaryFolder } from './temporary-folder.ts';

/** For `describe.skipIf(!opensslIsInstalled())`. */
export const opensslIsInstalled = (): boolean => findProgram('openssl') !== undefined;

export interface CertificatesForTest {
  /** Files, in PEM. */
  readonly ca: string;
  readonly otherCa: string;
  /** Made out to localhost by `ca`. */
  readonly certificate: string;
  readonly key: string;
  /** A client's, by `ca` as well. */
  readonly clientCertificate: string;
  readonly clientKey: string;
}

/** An authority with a certificate for localhost and one for a client, and another authority; made with openssl, good for two days. */
export async function certificatesForTest(): Promise<CertificatesForTest> {
  const folder = await temporaryFolder('certificates');
  const at = (name: string) => join(folder, name);
  const make = (name: string, ...more: string[]) =>
    promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-subj', `/CN=${name}`],
      ...more,
    ]);
  await Promise.all([make('ca'), make('other-ca')]);
  const byCa = ['-CA', at('ca.pem'), '-CAkey', at('ca.key')];
  await Promise.all([
    make('server', ...byCa, '-addext', 'subjectAltName=DNS:localhost'),
    make('client', ...byCa),
  ]);
  return {
    ca: at('ca.pem'),
    otherCa: at('other-ca.pem'),
    certificate: at('server.pem'),
    key: at('server.key'),
    clientCertificate: at('client.pem'),
    clientKey: at('client.key'),
  };
}
