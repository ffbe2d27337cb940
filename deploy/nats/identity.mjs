// Identities of this installation at the broker: makes, lists, isolates and revokes them.
//
//   identity.mjs collector <id> [--trusted]  makes one for a collector that is no container of this installation, and prints
//                                            its secret, which is kept nowhere else. It has an account of its own, or, trusted,
//                                            shares that of the services
//   identity.mjs isolate <id>                gives a trusted one an account of its own; its secret stays
//   identity.mjs maintenance                 the same for changing, emptying and removing streams
//   identity.mjs revoke <id> | maintenance   the broker shall not know it any more
//   identity.mjs renew <service>             another secret for a service, in its folder; the former one is worth nothing
//   identity.mjs list
//
// The folder of secrets is /secrets, or SECRETS_DIR. The broker has to read its configuration anew afterwards.
import { mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { accountOf, accountOfCollector } from '../../packages/shared/src/contracts/accounts.ts';
import { maintenance, services } from '../../packages/shared/src/contracts/permissions.ts';
import { idPattern } from '../../packages/shared/src/contracts/subjects.ts';
import {
  collectorFile,
  collectorKeys,
  maintenanceFile,
  replaceFile,
  seedFile,
  trusted,
  writeAuthorization,
} from '../../packages/shared/src/identities/identity-files.ts';
import { newNkeyPair, publicKeyOf } from '../../packages/shared/src/jetstream/connection/nkey-pair.ts';

// biome-ignore lint/style/noProcessEnv: a script that is run by hand
const root = process.env.SECRETS_DIR ?? '/secrets';
// An account that is new gets what it imports when the broker reads its configuration for the second time.
const reload =
  'Tell the broker, twice, since a new account is complete the second time only: docker compose kill --signal HUP nats';
const usage =
  'usage: identity.mjs collector <id> [--trusted] | isolate <id> | maintenance | revoke <id>|maintenance | renew <service> | list\n';

const { what, whom, isTrusted } = asked();
if (what === 'list' && whom === undefined) await list();
else if (what === 'collector' && isId(whom)) await makeCollector(whom);
else if (what === 'isolate' && isId(whom)) await isolate(whom);
else if (what === maintenance && whom === undefined) await makeMaintenance();
else if (what === 'revoke' && isId(whom)) await revoke(whom);
else if (what === 'renew' && services.includes(whom)) await renew(whom);
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}

function asked() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { trusted: { type: 'boolean', default: false } },
    });
    const [what, whom, ...rest] = positionals;
    const isUnderstood = rest.length === 0 && (!values.trusted || what === 'collector');
    return isUnderstood ? { what, whom, isTrusted: values.trusted } : {};
  } catch {
    return {};
  }
}

function isId(text) {
  return text !== undefined && idPattern.test(text);
}

async function list() {
  for (const service of services) {
    const seed = await readFile(seedFile(root, service), 'utf8').catch(() => undefined);
    if (seed !== undefined) say(service, publicKeyOf(seed), accountOf(service));
  }
  for (const { id, nkey, isTrusted } of await collectorKeys(root)) {
    say(id, nkey, isTrusted ? `${accountOf('collector')} (trusted)` : accountOfCollector(id));
  }
  const maintainer = await readFile(maintenanceFile(root), 'utf8').catch(() => undefined);
  if (maintainer !== undefined) say(maintenance, maintainer, accountOf(maintenance));
}

function say(name, nkey, account) {
  process.stdout.write(`${name} ${nkey.trim()} ${account}\n`);
}

async function makeCollector(id) {
  if (id === maintenance || services.includes(id)) return fail(`${id} is the name of another identity.`);
  const name = `Collector ${id}`;
  const use = `the NATS_NKEY_SEED of the collector with COLLECTOR_ID=${id}`;
  await make({ name, file: collectorFile(root, id), use, mark: isTrusted ? ` ${trusted}` : '' });
}

function makeMaintenance() {
  const use =
    'for the NATS tool: nats --nkey FILE --inbox-prefix _INBOX.maintenance. Revoke it afterwards: identity.mjs revoke maintenance';
  return make({ name: 'Maintenance', file: maintenanceFile(root), use });
}

async function make({ name, file, use, mark = '' }) {
  const { seed, publicKey } = newNkeyPair();
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${publicKey}${mark}`, { flag: 'wx', mode: 0o400 });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return fail(`${name} has an identity. If its secret is lost, revoke it and make another.`);
  }
  await writeAuthorization(root);
  process.stdout.write(`${seed}\n`);
  process.stderr.write(`That is ${use}. ${reload}\n`);
}

async function isolate(id) {
  const known = (await collectorKeys(root)).find((each) => each.id === id);
  if (!known?.isTrusted) return fail(`${id} is no trusted collector: identity.mjs list shows who is.`);
  await replaceFile(collectorFile(root, id), known.nkey, 0o400);
  await writeAuthorization(root);
  process.stderr.write(`Collector ${id} has an account of its own. ${reload}\n`);
}

async function revoke(whom) {
  const isMaintenance = whom === maintenance;
  const name = isMaintenance ? 'Maintenance' : `Collector ${whom}`;
  try {
    await unlink(isMaintenance ? maintenanceFile(root) : collectorFile(root, whom));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    const hint = services.includes(whom)
      ? ` For another secret of a service: identity.mjs renew ${whom}`
      : '';
    return fail(`${name} has no identity of its own.${hint}`);
  }
  await writeAuthorization(root);
  process.stderr.write(`${name} has no identity any more. ${reload}\n`);
}

async function renew(service) {
  await replaceFile(seedFile(root, service), newNkeyPair().seed, 0o400);
  await writeAuthorization(root);
  process.stderr.write(
    `There is a new secret. ${reload}\nThen restart ${service}, which reads it at its start.\n`,
  );
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
