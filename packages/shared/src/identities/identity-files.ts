import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { accountOf } from '../contracts/accounts.ts';
import { type Identity, natsAuthorization } from '../contracts/nats-authorization.ts';
import { maintenance, permissionsOf, type Service, services } from '../contracts/permissions.ts';
import { idPattern } from '../contracts/subjects.ts';
import { publicKeyOf } from '../jetstream/connection/nkey-pair.ts';

/**
 * Tells the broker who there is: writes identities.conf from the seeds of the services and the public keys of those who have
 * identities of their own. Written anew at every start, since permissions change between releases.
 * @param root folder of all secrets, with a folder for each recipient
 * @param mode the broker reads as a member of the group where it is another user than ours
 */
export async function writeAuthorization(root: string, mode = 0o440): Promise<void> {
  const collectors = await collectorKeys(root);
  const reserved = collectors.map(({ id }) => id);
  const identities: Identity[] = [];
  for (const service of services) {
    const nkey = publicKeyOf(await readFile(seedFile(root, service), 'utf8'));
    const comment = service === 'collector' ? 'every collector without an identity of its own' : service;
    const permissions = permissionsOf(service, { reserved });
    identities.push({ comment, nkey, account: accountOf(service), permissions });
  }
  for (const { id, nkey, isTrusted } of collectors) {
    const permissions = permissionsOf('collector', { collectorId: id });
    const account = accountOf('collector', isTrusted ? undefined : id);
    identities.push({ comment: `collector ${id}`, nkey, account, permissions });
  }
  const maintainer = await contentOf(maintenanceFile(root));
  if (maintainer !== undefined) {
    const permissions = permissionsOf(maintenance);
    identities.push({ comment: maintenance, nkey: maintainer, account: accountOf(maintenance), permissions });
  }
  await replaceFile(authorizationFile(root), natsAuthorization(identities), mode);
}

/** The broker's configuration includes it. */
export const authorizationFile = (root: string) => join(root, 'nats', 'identities.conf');

/** The secret by which the broker knows a service. */
export const seedFile = (root: string, service: Service) => join(root, `nats-${service}`, 'seed');

const collectorsFolder = (root: string) => join(root, 'nats', 'collectors');

/** The public key of a collector with an identity of its own, and behind it whether it is trusted. */
export const collectorFile = (root: string, id: string) => join(collectorsFolder(root), id);

/** Stands behind the key of a collector that lives in the account of the services. */
export const trusted = 'trusted';

/** The public key of whoever maintains the streams, as long as there is one. */
export const maintenanceFile = (root: string) => join(root, 'nats', maintenance);

export interface CollectorKey {
  readonly id: string;
  readonly nkey: string;
  readonly isTrusted: boolean;
}

/**
 * Every collector with an identity of its own. What is no id lies there unfinished, from a process that was killed.
 * @throws Error that says what to do, for a file without a key: the broker would refuse all that it is told
 */
export async function collectorKeys(root: string): Promise<CollectorKey[]> {
  const ids = ((await unlessMissing(readdir(collectorsFolder(root)))) ?? []).sort();
  return Promise.all(
    ids
      .filter((id) => idPattern.test(id))
      .map(async (id) => {
        const [nkey, mark] = (await readFile(collectorFile(root, id), 'utf8')).trim().split(' ');
        if (!nkey) {
          throw new Error(
            `${collectorFile(root, id)} holds no key: identity.mjs revoke ${id}, and make collector ${id} another`,
          );
        }
        return { id, nkey, isTrusted: mark === trusted };
      }),
  );
}

async function contentOf(path: string): Promise<string | undefined> {
  return (await unlessMissing(readFile(path, 'utf8')))?.trim();
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whoever reads at any time, as the broker does, finds the former content or the new one. */
export async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const file = await open(unfinished, 'w', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}
