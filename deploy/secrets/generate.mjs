// Makes the passwords and keys of this installation, once: node deploy/secrets/generate.mjs <folder>
//
// Existing ones are never replaced, because the databases keep what they were first started with. A run
// that was interrupted goes on with what is missing. Each recipient has a folder, and thus a volume, of its own.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatApiKey } from '../../packages/shared/src/contracts/api-key.ts';
import { idPattern } from '../../packages/shared/src/contracts/subjects.ts';
import { defaultCapacity } from '../../packages/shared/src/identities/collector-identities.ts';
import { collectorKeys, writeCollectorKey } from '../../packages/shared/src/identities/collector-keys.ts';
import { parseLabels } from '../../packages/shared/src/identities/collector-labels.ts';
import { writeAuthorization } from '../../packages/shared/src/identities/identity-files.ts';
import { newNkeyPair, publicKeyOf } from '../../packages/shared/src/jetstream/connection/nkey-pair.ts';
import { services } from '../../packages/shared/src/permissions/permissions.ts';
import { roleKinds } from '../../services/api/src/database/service-roles.ts';
import { writeCluster } from '../nats/write-cluster.mjs';

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error('usage: generate.mjs <folder>');

/** Hexadecimal, so that it needs no quoting in an address or a configuration file. */
const newPassword = () => randomBytes(24).toString('hex');

/** Comma-separated names from the environment. */
const listed = (text = '') =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

// biome-ignore lint/style/noProcessEnv: what the override files of docker-compose.yml ask for
const { COLLECTORS_WITH_KEYS: collectors, NATS_CLUSTER_NODES: nodes } = process.env;

for (const service of services) await once(`nats-${service}/seed`, newNkeyPair().seed);
for (const id of listed(collectors)) await keyOfCollector(id);
await mkdir(join(root, 'nats'), { recursive: true });
await writeAuthorization(root);
if (nodes !== undefined) {
  await writeCluster(root, {
    nodes: listed(nodes),
    password: await once('nats/routes-password', newPassword()),
  });
}

// Passwords of the role that owns the tables, and of the services' roles, which deploy/postgres/prepare.mjs makes.
await postgresAccess('postgres', 'holdfast');
for (const kind of roleKinds) await postgresAccess(`postgres-${kind}`, `holdfast_${kind}`);

// The administrator's secrets, with which deploy/influxdb/tokens.mjs makes the services' tokens.
await once('influxdb/password', newPassword());
await once('influxdb/token', newPassword());

await once('grafana/password', newPassword());

// The first key of the API, with which others are made. The API takes it as long as it has never had another.
const firstKey = { id: randomBytes(4).toString('hex'), secret: randomBytes(32).toString('base64url') };
await once('api/admin-key', formatApiKey(firstKey));

process.stdout.write('secrets are there\n');

/** Makes a password, and the database address with it. */
async function postgresAccess(folder, role) {
  const password = await once(`${folder}/password`, newPassword());
  await once(`${folder}/url`, `postgres://${role}:${password}@postgres:5432/holdfast`);
}

/** Makes the key of a collector with its own account: the seed for the collector, public key and labels for the broker. */
async function keyOfCollector(id) {
  if (!idPattern.test(id)) throw new Error(`COLLECTORS_WITH_KEYS: ${id} cannot be the id of a collector`);
  const nkey = publicKeyOf(await once(`nats-${id}/seed`, newNkeyPair().seed));
  const known = (await collectorKeys(root)).get(id);
  if (known?.kind === 'revoked' && known.nkey === nkey) {
    throw new Error(
      `The key of collector ${id} was revoked: take its folder nats-${id} away, and it gets another`,
    );
  }
  if (known !== undefined && known.kind !== 'revoked' && known.nkey !== nkey) {
    throw new Error(
      `Collector ${id} has an identity with another key: take it away with identity.mjs revoke ${id}`,
    );
  }
  if (known?.kind === 'trusted') return;
  const capacity = known?.kind === 'isolated' ? known.rights.capacity : defaultCapacity;
  await writeCollectorKey(root, id, { kind: 'isolated', nkey, rights: { capacity, labels: labelsOf(id) } });
}

/** Labels from the environment: COLLECTOR_A_LABELS for collector-a. */
function labelsOf(id) {
  const name = `${id.toUpperCase().replaceAll('-', '_')}_LABELS`;
  // biome-ignore lint/style/noProcessEnv: as above
  const labels = parseLabels(process.env[name] ?? '');
  if (typeof labels === 'string') throw new Error(`${name} ${labels}`);
  return labels;
}

/** @returns content of the file, which gets `content` unless it exists. It is complete once it has its name. */
async function once(name, content) {
  const path = join(root, name);
  const unfinished = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  // User 1000 reads it, which is `node` here and `influxdb` in its image; NATS and PostgreSQL read as root.
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
