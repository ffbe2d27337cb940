import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { type IdentitiesForTest, identitiesForTest } from '@holdfast/test/support/identities-for-test.ts';

/** For benchmarks that show what an account of its own costs a collector. */
export const identitiesFlag = {
  meaning:
    'the key of the collector: in the account of the services, in an account of its own, or none, at a broker without users, as no installation has it',
  byDefault: 'trusted',
  oneOf: ['trusted', 'isolated', 'none'],
} as const;
export type Identities = (typeof identitiesFlag.oneOf)[number];

export interface BenchIdentities extends Pick<IdentitiesForTest, 'configLines' | 'seed'> {
  readonly collectorSeed: string;
  /** The address with which the benchmark itself may do everything, in the account of the services. */
  ownUrl(server: NatsServer): string;
}

/**
 * Keys, accounts and permissions as an installation has them, with one collector of this id; with `none` a broker that
 * lets every client do everything, to see what they cost.
 */
export function benchIdentities(which: Identities, collectorId: string): BenchIdentities {
  const isIsolated = which === 'isolated';
  const { configLines, seed, ownUrl } = identitiesForTest(isIsolated ? [collectorId] : []);
  const collectorSeed = isIsolated ? seed('collector', collectorId) : seed('collector');
  if (which === 'none') return { configLines: [], seed, ownUrl: ({ url }) => url, collectorSeed };
  return { configLines, seed, ownUrl, collectorSeed };
}
