// Tells the broker who there is: writes identities.conf from the seeds of the services and the public keys of
// collectors that have identities of their own. Written anew at every start, since permissions change between releases.
import { open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { accountOf } from '../../packages/shared/src/contracts/accounts.ts';
import { natsAuthorization } from '../../packages/shared/src/contracts/nats-authorization.ts';
import { maintenance, permissionsOf, services } from '../../packages/shared/src/contracts/permissions.ts';
import { publicKeyOf } from '../../packages/shared/src/jetstream/connection/nkey-pair.ts';

/** @param {string} root folder of all secrets, with a folder for each recipient */
export async function writeAuthorization(root) {
  const collectors = await collectorKeys(root);
  const reserved = collectors.map(({ id }) => id);
  const identities = [];
  for (const service of services) {
    const nkey = publicKeyOf(await readFile(seedFile(root, service), 'utf8'));
    const comment = service === 'collector' ? 'every collector without an identity of its own' : service;
    identities.push({
      ...{ comment, nkey, account: accountOf(service) },
      permissions: permissionsOf(service, { reserved }),
    });
  }
  for (const { id, nkey } of collectors) {
    const permissions = permissionsOf('collector', { collectorId: id });
    identities.push({ comment: `collector ${id}`, nkey, account: accountOf('collector', id), permissions });
  }
  const maintainer = await contentOf(maintenanceKey(root));
  if (maintainer !== undefined) {
    identities.push({
      ...{ comment: maintenance, nkey: maintainer, account: accountOf(maintenance) },
      permissions: permissionsOf(maintenance),
    });
  }
  await replace(join(root, 'nats/identities.conf'), natsAuthorization(identities));
}

/** @param {string} root @param {string} service */
export const seedFile = (root, service) => join(root, `nats-${service}`, 'seed');

/** Where public keys of collectors lie, in files named after their ids. @param {string} root */
export const collectorsFolder = (root) => join(root, 'nats/collectors');

/** The public key of whoever maintains the streams, as long as there is one. @param {string} root */
export const maintenanceKey = (root) => join(root, 'nats', maintenance);

/** @param {string} root */
export async function collectorKeys(root) {
  const ids = await readdir(collectorsFolder(root)).catch(orNothing([]));
  return Promise.all(
    ids.sort().map(async (id) => ({ id, nkey: await readFile(join(collectorsFolder(root), id), 'utf8') })),
  );
}

async function contentOf(path) {
  return (await readFile(path, 'utf8').catch(orNothing(undefined)))?.trim();
}

function orNothing(nothing) {
  return (error) => {
    if (error.code === 'ENOENT') return nothing;
    throw error;
  };
}

/**
 * The broker may read at any time: it finds the former content or the new one. It reads as a member of the group, root
 * without root's rights.
 */
export async function replace(path, content) {
  const unfinished = `${path}.${process.pid}`;
  const file = await open(unfinished, 'w', 0o440);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}
