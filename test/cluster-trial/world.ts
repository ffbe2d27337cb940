import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilReady } from '../support/over-rest.ts';
import { restClient } from '../support/rest-client.ts';
import type { ServiceName } from '../support/service-processes.ts';
import { deviceCodesOf, makeLoad } from '../world/load.ts';
import { Service } from '../world/service.ts';
import { type ApiKey, type TestWorld, withServices } from '../world/world.ts';
import { type Devices, startDevicesOn } from './hosts/devices-on-host.ts';
import { NatsNode } from './hosts/nats-node.ts';
import { startPostgresOn } from './hosts/postgres-on-host.ts';
import { type Host, Network } from './network/network.ts';

export const lease = { ttlMs: 10_000, renewMs: 2_000, marginMs: 1_000 } as const;

const apiPort = 8_000;
const healthPort = 8_001;
const key: ApiKey = { key: `hf_0000c1a5_${'trial'.repeat(9).slice(0, 43)}`, name: 'admin' };

/** Where the trial itself, its operators and its judge are. */
const desk: Host = { name: 'desk', address: '10.77.0.1' };
const hostsOf = (kind: string, count: number, first: number): Host[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${kind}-${index + 1}`,
    address: `10.77.0.${first + index}`,
  }));
const hosts = {
  nodes: hostsOf('nats', 3, 11),
  postgres: { name: 'postgres', address: '10.77.0.21' },
  devices: { name: 'devices', address: '10.77.0.71' },
  api: { name: 'api', address: '10.77.0.31' },
  supervisors: hostsOf('supervisor', 2, 41),
  collectors: hostsOf('collector', 3, 51),
  writers: hostsOf('writer', 2, 61),
  alarms: hostsOf('alarms', 2, 81),
} as const;

/** Behind them comes the canary's task. */
const tasks = { steady: 6, busy: 4 } as const;
const devicesPerTask = 2;
const devicePoints = ['count', 'constant'].map((code, address) => ({
  ...{ code, table: 'holding_register', address, data_type: 'uint16' },
}));
const periodsMs = [250, 500];

export interface WorldOptions {
  readonly folder: string;
  readonly natsServer: string;
  readonly say: (line: string) => void;
}

/** Everything on hosts of its own, as processes, and the network between them. */
export interface ClusterWorld extends TestWorld {
  readonly network: Network;
  readonly hosts: typeof hosts;
  readonly nodes: readonly NatsNode[];
  readonly keeper: Keeper;
  readonly devices: Devices;
  readonly key: ApiKey;
  /** The task that only the canary starts and stops, with its one device. */
  readonly canaryTask: string;
  /** Where its `/health/ready` is. */
  readyUrl(service: Service): string;
  devicesOf(taskId: string): readonly string[];
}

export async function startWorld({ folder, natsServer, say }: WorldOptions): Promise<ClusterWorld> {
  const logs = join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  const logOf = (name: string) => join(logs, `${name}.log`);
  const network = await Network.start(desk, Object.values(hosts).flat());
  const nodes = hosts.nodes.map(
    (host) =>
      new NatsNode({
        host,
        nodes: hosts.nodes,
        command: natsServer,
        folder,
        logFile: logOf(host.name),
      }),
  );
  const natsUrl = nodes.map(({ url }) => url).join(',');
  await Promise.all(nodes.map((node) => node.start()));
  const databaseUrl = await startPostgresOn(hosts.postgres, folder, logOf('postgres'));
  const codesByTask = deviceCodesOf([...Array(tasks.steady + tasks.busy).fill(devicesPerTask), 1]);
  const collectors = new Map(hosts.collectors.map(({ address, name }) => [address, name]));
  const devices = await startDevicesOn(hosts.devices, codesByTask.flat(), logOf('devices'), collectors);
  await Promise.all(nodes.map((node) => node.healthy()));

  const serviceOn = (host: Host, service: ServiceName): Service =>
    new Service({
      id: host.name,
      service,
      network: host.name,
      logFile: logOf(host.name),
      settings: {
        NATS_URL: natsUrl,
        STREAM_REPLICAS: String(nodes.length),
        DATABASE_URL: databaseUrl,
        HEALTH_HOST: host.address,
        HEALTH_PORT: String(healthPort),
        API_HOST: host.address,
        API_PORT: String(apiPort),
        API_BOOTSTRAP_KEY: key.key,
        API_REQUESTS_PER_MINUTE: '0',
        API_COMMANDS_PER_MINUTE: '0',
        COLLECTOR_ID: host.name,
        // Hosts share no disk.
        LOCK_DIR: join(folder, host.name, 'locks'),
        SPOOL_DIR: join(folder, host.name, 'spool'),
        DEVICE_NETWORKS: `${hosts.devices.address}/32`,
        LEASE_TTL_MS: String(lease.ttlMs),
        LEASE_RENEW_MS: String(lease.renewMs),
        LEASE_MARGIN_MS: String(lease.marginMs),
      },
    });
  const services = [
    serviceOn(hosts.api, 'api'),
    ...hosts.supervisors.map((host) => serviceOn(host, 'supervisor')),
    ...hosts.collectors.map((host) => serviceOn(host, 'collector')),
    ...hosts.writers.map((host) => serviceOn(host, 'writer')),
    ...hosts.alarms.map((host) => serviceOn(host, 'alarms')),
  ];
  await Promise.all(services.map((service) => service.start()));
  const keeper = keepUp(services);
  const rest = restClient(`http://${hosts.api.address}:${apiPort}`, key.key);
  await untilReady(rest);
  const load = await makeLoad({
    rest,
    devices: codesByTask.flat().map((code) => ({
      code,
      address: { host: hosts.devices.address, port: devices.portOf(code), unit_id: 1 },
      points: devicePoints,
    })),
    deviceCodes: codesByTask,
    periodsMs,
    steadyTasks: tasks.steady,
  });
  const all = [...load.steady, ...load.busy];
  const codesOf = new Map(all.map(({ taskId }, index) => [taskId, codesByTask[index] ?? []]));
  const canary = load.busy.at(-1);
  if (!canary) throw new Error('there is no task for the canary');

  const parts = withServices(services);
  return {
    ...parts,
    ...{ network, hosts, nodes, keeper, devices, requests: devices.requests, rest, key },
    leaseTtlMs: lease.ttlMs,
    load: { steady: load.steady, busy: load.busy.slice(0, -1) },
    canaryTask: canary.taskId,
    ...{ natsUrl, databaseUrl, say },
    readyUrl: ({ id }) => {
      const host = network.hosts.find(({ name }) => name === id);
      const port = id === hosts.api.name ? apiPort : healthPort;
      return `http://${host?.address}:${port}/health/ready`;
    },
    devicesOf: (taskId) => codesOf.get(taskId) ?? [],
    stop: async () => {
      await keeper.stop();
      await parts.stop();
    },
  };
}

const lookAgainMs = 1_000;

interface Keeper {
  /** Services that ended by themselves, or on demand, and were started again; grows. */
  readonly startedAgain: readonly { readonly name: string; readonly atMs: number }[];
  stop(): Promise<void>;
}

/** Starts a service again a second after it has ended, as systemd and Docker do, without an operator. */
function keepUp(services: readonly Service[]): Keeper {
  const startedAgain: { name: string; atMs: number }[] = [];
  let isStopping = false;
  const run = async (): Promise<void> => {
    while (!isStopping) {
      for (const service of services) {
        if (service.isUp()) continue;
        startedAgain.push({ name: service.id, atMs: Date.now() });
        await service.start();
      }
      await sleep(lookAgainMs);
    }
  };
  const running = run();
  return {
    startedAgain,
    stop: async () => {
      isStopping = true;
      await running;
    },
  };
}
