// Makes the passwords and keys of this installation, once: node deploy/secrets/generate.mjs <folder>
//
// What is there already is never made anew, because the databases keep what they were first started with. A run
// that was interrupted goes on with what is missing. Each recipient has a folder, so a volume, of its own.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatApiKey } from '../../packages/shared/src/contracts/api-key.ts';
import { services } from '../../packages/shared/src/contracts/permissions.ts';
import { newNkeyPair } from '../../packages/shared/src/jetstream/nkey-pair.ts';
import { writeAuthorization } from '../nats/write-authorization.mjs';

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error('usage: generate.mjs <folder>');

/** Hexadecimal, so that it needs no quoting in an address or a configuration file. */
const newPassword = () => randomBytes(24).toString('hex');

for (const service of services) await once(`nats-${service}/seed`, newNkeyPair().seed);
// An installation of before there were keys has nats/password; the broker takes it until that file is gone.
await mkdir(join(root, 'nats'), { recursive: true });
await writeAuthorization(root);

const postgresPassword = await once('postgres/password', newPassword());
await once('postgres/url', `postgres://holdfast:${postgresPassword}@postgres:5432/holdfast`);

await once('influxdb/password', newPassword());
await once('influxdb/token', newPassword());

await once('grafana/password', newPassword());

// The first key of the API, with which others are made. The API takes it as long as there has never been another.
const firstKey = { id: randomBytes(4).toString('hex'), secret: randomBytes(32).toString('base64url') };
await once('api/admin-key', formatApiKey(firstKey));

process.stdout.write('secrets are there\n');

/** Content of the file, which gets `content` unless it exists. It is complete as soon as it has its name. */
async function once(name, content) {
  const path = join(root, name);
  const unfinished = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  // Read by user 1000, which is `node` here and `influxdb` in its image; NATS and PostgreSQL read as root.
  const file = await open(unfinished, 'w', 0o400);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    // Unlike a rename, a link does not replace what another run has put there meanwhile.
    await link(unfinished, path);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  } finally {
    await unlink(unfinished);
  }
  return readFile(path, 'utf8');
}
