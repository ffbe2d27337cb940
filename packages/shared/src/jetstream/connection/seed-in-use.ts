import { readFileSync } from 'node:fs';
import type { BrokerAccess } from '../../runtime/config.ts';
import { publicKeyOf } from './nkey-pair.ts';

/**
 * The seed of our key as its file has it at each connection: a key that was renewed needs no restart. Never throws, as the client would
 * close its connection for good (@nats-io/nats-core 3.4.0): what cannot be read, or is no seed, leaves the former one in use.
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
      // Taken away, half written, or not one of a user.
    }
    return inUse;
  };
}
