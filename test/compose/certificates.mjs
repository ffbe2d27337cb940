import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const names = {
  api: 'DNS:api,DNS:localhost,IP:127.0.0.1',
  nats: 'DNS:nats,DNS:nats-2,DNS:nats-3,DNS:localhost',
};

/**
 * Certificates of an authority of our own, as an administrator would get them: a folder for the API and one for NATS, in which
 * `renew` puts another one.
 *
 * @param {string} folder
 */
export async function certificates(folder) {
  const at = (name) => join(folder, name);
  const openssl = (...args) => run('openssl', args);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  await openssl(
    ...['req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=trial'],
  );
  const renew = async (name) => {
    await mkdir(at(name), { recursive: true });
    await openssl(
      ...['req', '-x509', ...key, '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-subj', `/CN=${name}`],
      ...['-keyout', at(`${name}/${name}.key`), '-out', at(`${name}/${name}.pem`)],
      ...['-addext', `subjectAltName=${names[name]}`],
    );
    await copyFile(at('ca.pem'), at(`${name}/ca.pem`));
    // Readable for any user of the container; no other user comes here, and they are of no use tomorrow.
    await chmod(at(`${name}/${name}.key`), 0o444);
    await chmod(at(name), 0o755);
  };
  await renew('api');
  await renew('nats');
  return { ca: await readFile(at('ca.pem'), 'utf8'), api: at('api'), nats: at('nats'), renew };
}
