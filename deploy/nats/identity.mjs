// Identities of this installation at the broker: makes, lists, changes, isolates and revokes them.
//
//   identity.mjs collector <id> [--labels site=hall-1,network=a] [--capacity 50]
//                                            makes one for a collector that is no container of this installation, and prints
//                                            its secret, which is kept nowhere else. It has an account of its own, and is given
//                                            sessions for these labels and no more of them than its capacity (10000); those of
//                                            any driver that its program has, unless labels name some: driver.mqtt=yes
//   identity.mjs collector <id> --trusted    the same in the account of the services, which believe what it says of itself
//   identity.mjs change <id> [--labels …] [--capacity …]   what one with an account of its own is given from now on
//   identity.mjs isolate <id> [--labels …] [--capacity …]  gives a trusted one an account of its own; its secret stays
//   identity.mjs maintenance                 one for changing, emptying and removing streams
//   identity.mjs revoke <id> | maintenance   the broker shall not know it any more
//   identity.mjs renew <service>             another secret for a service, in its folder; the former one is worth nothing
//   identity.mjs list
//
// The folder of secrets is /secrets, or SECRETS_DIR. After everything but `change`, which takes effect within seconds, the
// broker has to reload its configuration.
import { mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { idPattern } from '../../packages/shared/src/contracts/subjects.ts';
import { defaultCapacity } from '../../packages/shared/src/identities/collector-identities.ts';
import { collectorKeys, writeCollectorKey } from '../../packages/shared/src/identities/collector-keys.ts';
import { parseLabels } from '../../packages/shared/src/identities/collector-labels.ts';
import {
  maintenanceFile,
  seedFile,
  writeAuthorization,
} from '../../packages/shared/src/identities/identity-files.ts';
import { replaceFile } from '../../packages/shared/src/identities/replace-file.ts';
import { newNkeyPair, publicKeyOf } from '../../packages/shared/src/jetstream/connection/nkey-pair.ts';
import { accountOf, accountOfCollector } from '../../packages/shared/src/permissions/accounts.ts';
import { maintenance, services } from '../../packages/shared/src/permissions/permissions.ts';

// biome-ignore lint/style/noProcessEnv: a script that is run by hand
const root = process.env.SECRETS_DIR ?? '/secrets';
// A new account gets its imports only when the broker reads its configuration for the second time.
const reload =
  'Tell the broker, twice, since a new account is complete the second time only: docker compose kill --signal HUP nats';
const usage = `usage: identity.mjs collector <id> [--labels name=value,…] [--capacity N] | collector <id> --trusted
       identity.mjs change <id> [--labels name=value,…] [--capacity N] | isolate <id> [--labels …] [--capacity …]
       identity.mjs maintenance | revoke <id>|maintenance | renew <service> | list
`;

const ofNew = { capacity: defaultCapacity, labels: {} };

const { what, whom, isTrusted, given } = asked();
if (what === 'list' && whom === undefined) await list();
else if (what === 'collector' && isId(whom)) await makeCollector(whom);
else if (what === 'change' && isId(whom) && given !== undefined) await change(whom);
else if (what === 'isolate' && isId(whom)) await isolate(whom);
else if (what === maintenance && whom === undefined) await makeMaintenance();
else if (what === 'revoke' && isId(whom)) await revoke(whom);
else if (what === 'renew' && services.includes(whom)) await renew(whom);
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}

/** The command line. `given` has labels and capacity, as far as they were given. */
function asked() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        trusted: { type: 'boolean', default: false },
        labels: { type: 'string' },
        capacity: { type: 'string' },
      },
    });
    const [what, whom, ...rest] = positionals;
    const given = rightsIn(values);
    const mayGive = ['collector', 'change', 'isolate'].includes(what) && !values.trusted;
    const isUnderstood =
      rest.length === 0 && (!values.trusted || what === 'collector') && (given === undefined || mayGive);
    return isUnderstood ? { what, whom, isTrusted: values.trusted, given } : {};
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return {};
  }
}

/** Undefined when neither is given. @throws Error that says what cannot be read */
function rightsIn({ labels, capacity }) {
  if (labels === undefined && capacity === undefined) return undefined;
  const given = {};
  if (labels !== undefined) {
    const parsed = parseLabels(labels);
    if (typeof parsed === 'string') throw new Error(`--labels ${parsed}`);
    given.labels = parsed;
  }
  if (capacity !== undefined) {
    given.capacity = Number(capacity);
    if (!/^[1-9][0-9]{0,5}$/.test(capacity) || given.capacity > 100_000) {
      throw new Error('--capacity must be a whole number from 1 to 100000');
    }
  }
  return given;
}

function isId(text) {
  return text !== undefined && idPattern.test(text);
}

async function list() {
  for (const service of services) {
    const seed = await readFile(seedFile(root, service), 'utf8').catch(() => undefined);
    if (seed !== undefined) say(service, publicKeyOf(seed), accountOf(service));
  }
  for (const [id, key] of await collectorKeys(root)) {
    if (key.kind === 'trusted') say(id, key.nkey, `${accountOf('collector')} (trusted)`);
    else if (key.kind === 'revoked') process.stdout.write(`${id} revoked\n`);
    else say(id, key.nkey, `${accountOfCollector(id)} ${inWords(key.rights)}`);
  }
  const maintainer = await readFile(maintenanceFile(root), 'utf8').catch(() => undefined);
  if (maintainer !== undefined) say(maintenance, maintainer, accountOf(maintenance));
}

function inWords({ capacity, labels }) {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return `capacity=${capacity} labels=${pairs.length === 0 ? '–' : pairs.join(',')}`;
}

function say(name, nkey, account) {
  process.stdout.write(`${name} ${nkey.trim()} ${account}\n`);
}

async function makeCollector(id) {
  if (id === maintenance || services.includes(id)) return fail(`${id} is the name of another identity.`);
  const former = (await collectorKeys(root)).get(id);
  if (former !== undefined && former.kind !== 'revoked') return failExisting(`Collector ${id}`);
  const { seed, publicKey: nkey } = newNkeyPair();
  const rights = { ...ofNew, ...given };
  const key = isTrusted ? { kind: 'trusted', nkey } : { kind: 'isolated', nkey, rights };
  await writeCollectorKey(root, id, key);
  if (!isTrusted) process.stderr.write(`Collector ${id} is given: ${inWords(rights)}.\n`);
  await tellNew(seed, `the NATS_NKEY_SEED of the collector with COLLECTOR_ID=${id}`);
}

async function makeMaintenance() {
  const { seed, publicKey } = newNkeyPair();
  const file = maintenanceFile(root);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, publicKey, { flag: 'wx', mode: 0o400 });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return failExisting('Maintenance');
  }
  const use =
    'for the NATS tool: nats --nkey FILE --inbox-prefix _INBOX.maintenance. Revoke it afterwards: identity.mjs revoke maintenance';
  await tellNew(seed, use);
}

async function tellNew(seed, use) {
  await writeAuthorization(root);
  process.stdout.write(`${seed}\n`);
  process.stderr.write(`It is ${use}. ${reload}\n`);
}

function failExisting(name) {
  return fail(`${name} has an identity. If its secret is lost, revoke it and make another.`);
}

async function change(id) {
  const known = (await collectorKeys(root)).get(id);
  if (known?.kind !== 'isolated') {
    return fail(`${id} has no account of its own: identity.mjs list shows who has.`);
  }
  const rights = { ...known.rights, ...given };
  await writeCollectorKey(root, id, { ...known, rights });
  await writeAuthorization(root);
  process.stderr.write(
    `Collector ${id} is given: ${inWords(rights)}. It counts within seconds; what the collector holds it keeps.\n`,
  );
}

async function isolate(id) {
  const known = (await collectorKeys(root)).get(id);
  if (known?.kind !== 'trusted')
    return fail(`${id} is no trusted collector: identity.mjs list shows who is.`);
  const rights = { ...ofNew, ...given };
  await writeCollectorKey(root, id, { kind: 'isolated', nkey: known.nkey, rights });
  await writeAuthorization(root);
  process.stderr.write(
    `Collector ${id} has an account of its own, and is given: ${inWords(rights)}; what it says of itself counts no more. ${reload}\n`,
  );
}

async function revoke(whom) {
  const isMaintenance = whom === maintenance;
  const name = isMaintenance ? 'Maintenance' : `Collector ${whom}`;
  const isKnown = isMaintenance ? await remove(maintenanceFile(root)) : await revokeCollector(whom);
  if (!isKnown) {
    const hint = services.includes(whom)
      ? ` For another secret of a service: identity.mjs renew ${whom}`
      : '';
    return fail(`${name} has no identity of its own.${hint}`);
  }
  await writeAuthorization(root);
  process.stderr.write(`${name} has no identity any more. ${reload}\n`);
}

/** Revokes a collector, even if its file cannot be read. */
async function revokeCollector(id) {
  const keys = await collectorKeys(root).catch(() => undefined);
  const known = keys?.get(id);
  if (keys !== undefined && (known === undefined || known.kind === 'revoked')) return false;
  // The revocation is kept, so that the collector does not come back with a folder that still has its secret.
  await writeCollectorKey(root, id, { kind: 'revoked', nkey: known?.nkey });
  return true;
}

async function remove(file) {
  try {
    await unlink(file);
    return true;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return false;
  }
}

async function renew(service) {
  await replaceFile(seedFile(root, service), newNkeyPair().seed, 0o400);
  await writeAuthorization(root);
  process.stderr.write(
    `There is a new secret. ${reload}. From then on ${service} comes with it by itself, where NATS_NKEY_SEED_FILE names its file.\n`,
  );
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
