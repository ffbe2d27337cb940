import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publicKeyOf } from '../jetstream/connection/nkey-pair.ts';
import { accountOf } from '../permissions/accounts.ts';
import { type Identity, natsAuthorization } from '../permissions/nats-authorization.ts';
import { maintenance, permissionsOf, type Service, services } from '../permissions/permissions.ts';
import type { CollectorIdentities, CollectorRights } from './collector-identities.ts';
import { type CollectorKey, collectorKeys } from './collector-keys.ts';
import { replaceFile } from './replace-file.ts';

/** Services that give collectors work, and learn what collectors with accounts of their own may be given. */
const givers = ['api', 'supervisor'] as const;
const noRights: CollectorRights = { capacity: 0, labels: {} };

/**
 * Describes the accounts to the broker: writes identities.conf from the services' seeds and the public keys of
 * collectors with identities of their own, and to the services that give work what those may be given. The files are
 * rewritten at every start, since permissions change between releases.
 * @param root folder of all secrets, with a folder for each recipient
 * @param mode the broker reads as a member of the group if it runs as another user than ours
 */
export async function writeAuthorization(root: string, mode = 0o440): Promise<void> {
  const keys = [...(await collectorKeys(root))];
  const collectors = keys.flatMap(([id, key]) => (key.kind === 'revoked' ? [] : [{ id, ...key }]));
  const reserved = collectors.map(({ id }) => id);
  // The rights come first, so that no isolated or revoked collector is believed before the broker knows of it.
  await writeRights(root, keys);
  const identities: Identity[] = [];
  for (const service of services) {
    const nkey = publicKeyOf(await readFile(seedFile(root, service), 'utf8'));
    const comment = service === 'collector' ? 'every collector without an identity of its own' : service;
    const permissions = permissionsOf(service, { reserved });
    identities.push({ comment, nkey, account: accountOf(service), permissions });
  }
  for (const { id, nkey, kind } of collectors) {
    const permissions = permissionsOf('collector', { collectorId: id });
    const account = accountOf('collector', kind === 'trusted' ? undefined : id);
    identities.push({ comment: `collector ${id}`, nkey, account, permissions });
  }
  const maintainer = await contentOf(maintenanceFile(root));
  if (maintainer !== undefined) {
    const permissions = permissionsOf(maintenance);
    identities.push({ comment: maintenance, nkey: maintainer, account: accountOf(maintenance), permissions });
  }
  await replaceFile(authorizationFile(root), natsAuthorization(identities), mode);
}

async function writeRights(root: string, keys: readonly (readonly [string, CollectorKey])[]): Promise<void> {
  const rights = keys.flatMap(([id, key]): [string, CollectorRights][] => {
    if (key.kind === 'trusted') return [];
    return [[id, key.kind === 'isolated' ? key.rights : noRights]];
  });
  const identities: CollectorIdentities = { v: 1, collectors: Object.fromEntries(rights) };
  for (const service of givers) {
    await replaceFile(rightsFile(root, service), `${JSON.stringify(identities)}\n`, 0o600);
  }
}

/** The file that the broker's configuration includes. */
export const authorizationFile = (root: string) => join(root, 'nats', 'identities.conf');

/** The secret by which the broker knows a service. */
export const seedFile = (root: string, service: Service) => join(root, `nats-${service}`, 'seed');

/** COLLECTOR_IDENTITIES_FILE of a service that gives work. */
export const rightsFile = (root: string, service: (typeof givers)[number]) =>
  join(root, `nats-${service}`, 'collectors.json');

/** The public key of whoever maintains the streams, as long as there is one. */
export const maintenanceFile = (root: string) => join(root, 'nats', maintenance);

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
