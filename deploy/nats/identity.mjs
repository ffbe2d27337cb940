// Identities of collectors that are not containers of this installation: each may speak for itself alone.
//
//   identity.mjs collector <id>            makes one and prints its secret, which is kept nowhere else
//   identity.mjs collector <id> --remove   the broker shall not know it any more
//   identity.mjs list
//
// The folder of secrets is /secrets, or SECRETS_DIR. The broker has to read its configuration anew afterwards.
import { mkdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { idPattern } from '../../packages/shared/src/contracts/subjects.ts';
import { newNkeyPair } from '../../packages/shared/src/jetstream/nkey-pair.ts';
import { collectorKeys, collectorsFolder, writeAuthorization } from './write-authorization.mjs';

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
} else if (what === 'collector' && id !== undefined && idPattern.test(id)) {
  await (values.remove ? remove(id) : make(id));
} else {
  process.stderr.write('usage: identity.mjs collector <id> [--remove] | list\n');
  process.exitCode = 2;
}

async function make(collectorId) {
  const { seed, publicKey } = newNkeyPair();
  await mkdir(collectorsFolder(root), { recursive: true });
  try {
    await writeFile(join(collectorsFolder(root), collectorId), publicKey, { flag: 'wx', mode: 0o400 });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    process.stderr.write(
      `Collector ${collectorId} has an identity. If its secret is lost, take it away with --remove and make another.\n`,
    );
    process.exitCode = 1;
    return;
  }
  await writeAuthorization(root);
  process.stdout.write(`${seed}\n`);
  process.stderr.write(
    `That is the NATS_NKEY_SEED of the collector with COLLECTOR_ID=${collectorId}. ${reload}\n`,
  );
}

async function remove(collectorId) {
  try {
    await unlink(join(collectorsFolder(root), collectorId));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    process.stderr.write(`Collector ${collectorId} has no identity of its own.\n`);
    process.exitCode = 1;
    return;
  }
  await writeAuthorization(root);
  process.stderr.write(`Collector ${collectorId} has no identity any more. ${reload}\n`);
}
