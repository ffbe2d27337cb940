import { readFileSync } from 'node:fs';
import type { BrokerAccess } from '../../runtime/config.ts';
import { publicKeyOf } from './nkey-pair.ts';

/**
 * The seed of our key, read from its file at each connection: a renewed key needs no restart. Never throws, since the
 * client would then close its connection for good (@nats-io/nats-core 3.4.0): a file that is unreadable, or holds no
 * seed, leaves the former seed in use.
 */
export function seedInUse(
  seed: string,
  { nkeySeedFile: file }: Pick<BrokerAccess, 'nkeySeedFile'>,
): () => string {
  let inUse = seed;
  return () => {
    try {
      const found = file === undefined ? inUse : readFileSync(file, 'utf8').trim();
      if (!publicKeyOf(found).startsWith('U')) throw new TypeError('not the seed of a user');
      inUse = found;
    } catch {
      // The file was taken away, is half written, or holds no user's seed.
    }
    return inUse;
  };
}
