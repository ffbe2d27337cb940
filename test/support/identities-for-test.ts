import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { newNkeyPair } from '@holdfast/shared/jetstream/connection/nkey-pair.ts';
import { accountOf, core } from '@holdfast/shared/permissions/accounts.ts';
import { type Identity, natsAuthorization } from '@holdfast/shared/permissions/nats-authorization.ts';
import {
  anyCollector,
  type Holder,
  maintenance,
  permissionsOf,
  services,
} from '@holdfast/shared/permissions/permissions.ts';

export interface IdentitiesForTest {
  /** For the configuration of the server. */
  readonly configLines: readonly string[];
  /** The seed of a service; for a collector without an id, the one that all share. */
  seed(service: Holder, collectorId?: string): string;
  /** The address with which the test itself may do everything. */
  ownUrl(server: NatsServer): string;
}

/**
 * A key for every service and for each of these collectors, with the accounts and permissions of production.
 * @param options.inOneAccount puts every client into CORE, as no installation does: to see what accounts keep away
 */
export function identitiesForTest(
  collectorIds: readonly string[] = [],
  { inOneAccount = false }: { inOneAccount?: boolean } = {},
): IdentitiesForTest {
  const seeds = new Map<string, string>();
  const identities: Identity[] = [];
  const add = (service: Holder, collectorId?: string) => {
    const { seed, publicKey } = newNkeyPair();
    seeds.set(keyOf(service, collectorId), seed);
    const permissions = permissionsOf(service, {
      collectorId: collectorId ?? anyCollector,
      reserved: collectorIds,
    });
    const account = inOneAccount ? core : accountOf(service, collectorId);
    identities.push({ comment: keyOf(service, collectorId), nkey: publicKey, account, permissions });
  };
  for (const holder of [...services, maintenance] as const) add(holder);
  for (const id of collectorIds) add('collector', id);
  return {
    configLines: [withTestUser(natsAuthorization(identities))],
    seed: (service, collectorId) => {
      const seed = seeds.get(keyOf(service, collectorId));
      if (seed === undefined) throw new Error(`there is no identity ${keyOf(service, collectorId)}`);
      return seed;
    },
    ownUrl: urlOfTestUser,
  };
}

const own = { user: 'test', password: 'test' };

export const urlOfTestUser = (server: NatsServer) =>
  `nats://${own.user}:${own.password}@127.0.0.1:${server.port}`;

/** Adds a user who may do everything, which no installation has: tests look at what services did. */
export function withTestUser(authorization: string): string {
  const { user, password } = own;
  return authorization.replace('users: [', `users: [\n    { user: "${user}", password: "${password}" }`);
}

/** Everything that the broker has refused since it started. */
export function violationsOf(server: NatsServer): string[] {
  return server.lastLines(500).filter((line) => /violation/i.test(line));
}

function keyOf(service: Holder, collectorId?: string): string {
  return collectorId === undefined ? service : `${service} ${collectorId}`;
}
