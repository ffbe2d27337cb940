import { nkeys } from '@nats-io/nats-core';

export interface NkeyPair {
  /** The secret, `SU…`: a service gets it as NATS_NKEY_SEED. */
  readonly seed: string;
  /** The public half, for the broker: `U…`. */
  readonly publicKey: string;
}

const text = new TextDecoder();

/** A new identity. */
export function newNkeyPair(): NkeyPair {
  const pair = nkeys.createUser();
  return { seed: text.decode(pair.getSeed()), publicKey: pair.getPublicKey() };
}

/** @throws when it is not the seed of a user */
export function publicKeyOf(seed: string): string {
  return nkeys.fromSeed(new TextEncoder().encode(seed.trim())).getPublicKey();
}
