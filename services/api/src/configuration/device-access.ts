import { isIP } from 'node:net';
import { hostAndPort } from '@holdfast/driver/host-name.ts';
import { secretNameSchema } from '@holdfast/driver/secret-name.ts';
import { secretRefusal } from '@holdfast/shared/contracts/secret-bindings.ts';
import { deviceNetworkRule, siteNetworkRule } from '@holdfast/shared/runtime/networks.ts';
import { sql } from 'kysely';
import { openChangeSet } from '../database/in-change.ts';
import type { Database } from '../database/open-database.ts';
import { BrokerUnavailable, type CollectorRecord, type Collectors, type NamedSecret } from '../ports.ts';
import { type FieldError, Problem } from '../problems/problem.ts';
import { specOf } from './device-specs.ts';
import { configurationText } from './texts.ts';

/** A device as far as its collector judges whether to connect to it. */
export interface DeviceAccess {
  readonly code: string;
  readonly protocol: string;
  readonly connection: object;
  /** Empty for none. */
  readonly siteCode: string;
  readonly siteNetworks: readonly string[];
}

interface Fault extends FieldError {
  readonly code: 'place_not_allowed' | 'secret_not_allowed';
}

/**
 * Refuses a device that no collector would connect to: outside the networks of its site, outside `DEVICE_NETWORKS` of
 * every collector that is up, or with a secret that is for others. The collector judges again, by the address that a
 * name has; without a collector, or while the broker does not answer, it alone does.
 * @throws Problem
 */
export async function requireAccess(
  collectors: Pick<Collectors, 'list'>,
  devices: readonly DeviceAccess[],
): Promise<void> {
  for (const device of devices) refuse(device, siteFaults(device));
  if (
    devices.every((device) => addressOf(device) === undefined && secretsIn(device.connection).length === 0)
  ) {
    return;
  }
  const up = (await collectorsNow(collectors)).filter(({ state }) => state !== 'given_up');
  if (up.length === 0) return;
  const rules = up.map(collectorRule);
  for (const device of devices) {
    const [first, ...others] = rules.map((rule) => rule(device));
    const fewest = others.reduce((best, each) => (each.length < best.length ? each : best), first ?? []);
    refuse(device, fewest);
  }
}

/** Judges everything that a change has changed, before it is committed. @returns secrets that devices newly name */
export async function requireAccessOfChange(
  collectors: Pick<Collectors, 'list'>,
  transaction: Database,
): Promise<readonly NamedSecret[]> {
  const set = await openChangeSet(transaction);
  if (set === undefined) return [];
  const { rows } = await sql<{
    readonly device: { readonly code: string; readonly protocol: string; readonly connection: object };
    readonly site_code: string | null;
    readonly site_networks: string[] | null;
    /** The fields that were changed, as they were, or null if only the site was. */
    readonly before: { readonly [field: string]: unknown; readonly connection?: object } | null;
  }>`
    select json_build_object('code', d.code, 'protocol', d.protocol, 'connection', d.connection) as device,
      s.code as site_code, s.networks as site_networks, i.before
    from devices d left join sites s on s.id = d.site_id
    left join change_items i on i.set_id = ${set} and i.kind = 'device' and i.object_id = d.id
    where d.enabled and (
      d.id in (select object_id from change_items where set_id = ${set} and kind = 'device'
        and (op = 'created' or after ?| array['connection', 'protocol', 'site_id', 'enabled']))
      or d.site_id in (select object_id from change_items where set_id = ${set} and kind = 'site'
        and after ?| array['code', 'networks']))
    order by d.id`.execute(transaction);
  const devices = rows.map(({ device, site_code, site_networks, before }) => ({
    device: { ...device, siteCode: site_code ?? '', siteNetworks: site_networks ?? [] },
    before,
  }));
  for (const { device, before } of devices) if (before === null) refuse(device, siteFaults(device));
  await requireAccess(
    collectors,
    devices.filter(({ before }) => before !== null).map(({ device }) => device),
  );
  return devices.flatMap(({ device, before }) => {
    if (before === null) return [];
    const isNew = Object.keys(before).length === 0 || before.enabled === false;
    const { connection = device.connection, protocol = device.protocol } = before;
    const former = isNew ? [] : namedSecrets({ ...device, protocol: String(protocol), connection });
    const formerUses = new Set(former.map(({ secret, server }) => `${secret} ${server}`));
    return namedSecrets(device).filter(({ secret, server }) => !formerUses.has(`${secret} ${server}`));
  });
}

export function namedSecrets(device: Pick<DeviceAccess, 'code' | 'protocol' | 'connection'>): NamedSecret[] {
  const { tcp } = specOf(device).endpoint(device.connection);
  const server = tcp ? hostAndPort(tcp.host, tcp.port) : '';
  const names = new Set(secretsIn(device.connection).map(({ secret }) => secret));
  return [...names].map((secret) => ({ device: device.code, secret, server }));
}

async function collectorsNow(collectors: Pick<Collectors, 'list'>): Promise<readonly CollectorRecord[]> {
  try {
    return await collectors.list();
  } catch (error) {
    if (error instanceof BrokerUnavailable) return [];
    throw error;
  }
}

/** The address that a device names, or undefined if it names a host, or has a serial line. */
function addressOf(device: Pick<DeviceAccess, 'code' | 'protocol' | 'connection'>): string | undefined {
  const { tcp } = specOf(device).endpoint(device.connection);
  return tcp && isIP(tcp.host) !== 0 ? tcp.host : undefined;
}

function siteFaults(device: DeviceAccess): Fault[] {
  const address = addressOf(device);
  const rule = siteNetworkRule({ code: device.siteCode, networks: device.siteNetworks });
  const message = address === undefined ? undefined : rule(address);
  return message === undefined ? [] : [{ code: 'place_not_allowed', path: 'host', message }];
}

/** Returns a collector's objections to a device. A collector that does not report its settings has none. */
function collectorRule({
  deviceNetworks,
  secretBindings,
}: CollectorRecord): (device: DeviceAccess) => readonly Fault[] {
  const rule = deviceNetworks && deviceNetworkRule(deviceNetworks);
  return (device) => {
    const address = addressOf(device);
    const outside = address === undefined ? undefined : rule?.(address);
    const { tcp } = specOf(device).endpoint(device.connection);
    const refused = secretsIn(device.connection).flatMap(({ path, secret }): Fault[] => {
      const use = { site: device.siteCode, host: tcp?.host ?? '', port: tcp?.port ?? 0 };
      const message = secretBindings && secretRefusal(secretBindings, secret, use);
      return message === undefined ? [] : [{ code: 'secret_not_allowed', path, message }];
    });
    return [
      ...(outside === undefined
        ? []
        : [{ code: 'place_not_allowed', path: 'host', message: outside } as const]),
      ...refused,
    ];
  };
}

function refuse({ code: device }: DeviceAccess, faults: readonly Fault[]): void {
  const [first] = faults;
  if (!first) return;
  throw new Problem(
    first.code,
    configurationText('no_collector_would_read', {
      device,
      faults: faults.map(({ message }) => message),
    }),
    { device, errors: faults.map(({ path, message }) => ({ path, message })) },
  );
}

/** The secrets within a connection, each with the path of its field. */
function secretsIn(value: unknown, path = ''): { readonly path: string; readonly secret: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const secretName = secretNameSchema.safeParse(value);
  if (secretName.success) return [{ path, secret: secretName.data.secret }];
  return Object.entries(value).flatMap(([field, inner]) =>
    secretsIn(inner, path === '' ? field : `${path}.${field}`),
  );
}
