import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { idPattern } from '../contracts/subjects.ts';
import { type CollectorRights, collectorRightsSchema } from './collector-identities.ts';
import { replaceFile } from './replace-file.ts';

/** A collector with an identity of its own. */
export type CollectorKey =
  /** In an account of its own; the collector may be given these rights and no more. */
  | { readonly kind: 'isolated'; readonly nkey: string; readonly rights: CollectorRights }
  /** In the account of the services, which believe what the collector says about itself. */
  | { readonly kind: 'trusted'; readonly nkey: string }
  /**
   * The broker no longer lists it, and it gets no work: its connection lasts until the broker has the new
   * list.
   */
  | { readonly kind: 'revoked'; readonly nkey?: string | undefined };

const nkey = z.string().regex(/^U[A-Z2-7]+$/, 'must be the public key of a user');
const collectorKeySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('isolated'), nkey, rights: collectorRightsSchema }),
  z.object({ kind: z.literal('trusted'), nkey }),
  z.object({ kind: z.literal('revoked'), nkey: nkey.optional() }),
]);

const collectorsFolder = (root: string) => join(root, 'nats', 'collectors');

/** Everything that is known about a collector's identity, except its secret. */
export const collectorFile = (root: string, id: string) => join(collectorsFolder(root), id);

export async function writeCollectorKey(root: string, id: string, key: CollectorKey): Promise<void> {
  await replaceFile(collectorFile(root, id), collectorKeyText(key), 0o400);
}

export const collectorKeyText = (key: CollectorKey) => `${JSON.stringify(key)}\n`;

/**
 * Every collector with an identity of its own, by id. Files whose names are no ids are unfinished, left by a process
 * that was killed.
 * @throws Error that says what to do, for a file without a key: the broker would refuse its whole configuration
 */
export async function collectorKeys(root: string): Promise<ReadonlyMap<string, CollectorKey>> {
  const ids = (await namesIn(collectorsFolder(root))).filter((name) => idPattern.test(name)).sort();
  const keys = ids.map(async (id) => [id, await readKey(root, id)] as const);
  return new Map(await Promise.all(keys));
}

async function readKey(root: string, id: string): Promise<CollectorKey> {
  const path = collectorFile(root, id);
  try {
    return collectorKeySchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new Error(`${path} holds no key: identity.mjs revoke ${id}, and make collector ${id} another`, {
      cause: error,
    });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
