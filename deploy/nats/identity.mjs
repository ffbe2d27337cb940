// Identities beside those of the services: of collectors that are not containers of this installation, each of which may
// speak for itself alone, and of whoever maintains the streams.
//
//   identity.mjs collector <id>            makes one and prints its secret, which is kept nowhere else
//   identity.mjs maintenance               the same for changing, emptying and removing streams
//   identity.mjs … --remove                the broker shall not know it any more
//   identity.mjs list
//
// The folder of secrets is /secrets, or SECRETS_DIR. The broker has to read its configuration anew afterwards.
import { mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { maintenance } from '../../packages/shared/src/contracts/permissions.ts';
import { idPattern } from '../../packages/shared/src/contracts/subjects.ts';
import { newNkeyPair } from '../../packages/shared/src/jetstream/connection/nkey-pair.ts';
import {
  collectorKeys,
  collectorsFolder,
  maintenanceKey,
  writeAuthorization,
} from './write-authorization.mjs';

// biome-ignore lint/style/noProcessEnv: a script that is run by hand
const root = process.env.SECRETS_DIR ?? '/secrets';
const reload = 'Tell the broker: docker compose kill --signal HUP nats';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { remove: { type: 'boolean', default: false } },
});
const [what, id] = positionals;

if (what === 'list' && id === undefined) {
  for (const { id: known, nkey } of await collectorKeys(root)) process.stdout.write(`${known} ${nkey}\n`);
  const maintainer = await readFile(maintenanceKey(root), 'utf8').catch(() => undefined);
  if (maintainer !== undefined) process.stdout.write(`(${maintenance}) ${maintainer}\n`);
} else if (what === 'collector' && id !== undefined && idPattern.test(id)) {
  const whose = { name: `Collector ${id}`, file: join(collectorsFolder(root), id) };
  await (values.remove
    ? remove(whose)
    : make({ ...whose, use: `the NATS_NKEY_SEED of the collector with COLLECTOR_ID=${id}` }));
} else if (what === maintenance && id === undefined) {
  const whose = { name: 'Maintenance', file: maintenanceKey(root) };
  await (values.remove
    ? remove(whose)
    : make({
        ...whose,
        use: 'for the NATS tool: nats --nkey FILE --inbox-prefix _INBOX.maintenance. Take it away afterwards with --remove',
      }));
} else {
  process.stderr.write('usage: identity.mjs collector <id> [--remove] | maintenance [--remove] | list\n');
  process.exitCode = 2;
}

async function make({ name, file, use }) {
  const { seed, publicKey } = newNkeyPair();
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, publicKey, { flag: 'wx', mode: 0o400 });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    process.stderr.write(
      `${name} has an identity. If its secret is lost, take it away with --remove and make another.\n`,
    );
    process.exitCode = 1;
    return;
  }
  await writeAuthorization(root);
  process.stdout.write(`${seed}\n`);
  process.stderr.write(`That is ${use}. ${reload}\n`);
}

async function remove({ name, file }) {
  try {
    await unlink(file);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    process.stderr.write(`${name} has no identity of its own.\n`);
    process.exitCode = 1;
    return;
  }
  await writeAuthorization(root);
  process.stderr.write(`${name} has no identity any more. ${reload}\n`);
}
