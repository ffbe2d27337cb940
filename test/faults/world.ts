import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { type NatsServer, startNatsServer } from '@holdfast/dev/nats-server.ts';
import { simulator as modbusSimulator } from '@holdfast/driver-modbus-simulator/simulator.ts';
import { openPlant, type Plant } from '@holdfast/plant/plant.ts';
import { preparePlant } from '@holdfast/plant/prepare-plant.ts';
import type { PublishedMessage, Simulator } from '@holdfast/plant/simulator.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { type IdentitiesForTest, identitiesForTest } from '../support/identities-for-test.ts';
import { untilReady } from '../support/over-rest.ts';
import { restClient } from '../support/rest-client.ts';
import { type ServiceName, testLease } from '../support/service-processes.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import type { DeviceRequest } from '../verify/history.ts';
import { deviceCodesOf, type LoadedDevice, makeLoad } from '../world/load.ts';
import { OutageRecord } from '../world/outage-record.ts';
import { Service } from '../world/service.ts';
import { type TestWorld, withServices } from '../world/world.ts';
import type { WorldShape } from './fault.ts';

export interface WorldOptions {
  /** Everything that is written lies in here. */
  readonly folder: string;
  /** Plays the devices; Modbus unless set. */
  readonly simulator?: Simulator | undefined;
  readonly tasks: number;
  readonly devicesPerTask: number;
  readonly periodsMs: readonly number[];
  /** Tasks that are started once and left alone by the clients. */
  readonly steadyTasks: number;
  /** Default: short ones, as in the tests. */
  readonly lease?: Readonly<Record<'LEASE_TTL_MS' | 'LEASE_RENEW_MS' | 'LEASE_MARGIN_MS', string>>;
  /** Settings of every service, in addition to those that all worlds have. */
  readonly settings?: Readonly<Record<string, string>>;
  /** One process is all services. */
  readonly edge?: boolean | undefined;
  /** A collector with an account of its own that is up alone at first, and turns out to be a forger. */
  readonly forger?: ForgerInWorld | undefined;
  readonly say: (line: string) => void;
}

export interface ForgerInWorld {
  /** Puts every client into one account, with writers that believe every sample: to see that forgeries would show. */
  readonly isLetThrough?: boolean;
  readonly pauseMs: number;
}

export const forgerId = 'forger';
/** The process that is all services. */
export const edgeId = 'edge-1';

/** A world on one machine, with the plant in this process. */
export interface World extends TestWorld {
  readonly nats: NatsServer;
  readonly identities: IdentitiesForTest;
  readonly postgres: PostgresServer;
  readonly plant: TrialPlant;
  readonly shape: WorldShape;
  readonly outages: OutageRecord;
  /** The supervisor that leads; waits for one. */
  leader(): Promise<Service>;
  /** Ends every outage that the suite can still be responsible for. */
  heal(): Promise<void>;
}

const shapeOfServices = { api: 1, supervisor: 2, collector: 3, writer: 2, alarms: 2 } as const;
const kinds = Object.keys(shapeOfServices) as ServiceName[];

export async function startWorld(options: WorldOptions): Promise<World> {
  const { folder, say, simulator = modbusSimulator } = options;
  const logs = join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  const { forger } = options;
  const identities = identitiesForTest(forger ? [forgerId] : [], {
    inOneAccount: forger?.isLetThrough === true,
  });
  const nats = await startNatsServer({
    storeDir: join(folder, 'nats'),
    readyTimeoutMs: 60_000,
    // As in deploy/nats/nats-server.conf.
    maxBufferedMessages: 2_000,
    configLines: identities.configLines,
  });
  cleanUpAfterFile(() => nats.stop());
  const lease = options.lease ?? testLease;
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), fsync: false });
  cleanUpAfterFile(() => postgres.stop());
  const databaseUrl = await postgres.createDatabase('holdfast');
  const deviceCodes = deviceCodesOf(Array(options.tasks).fill(options.devicesPerTask));
  const plant = await startTrialPlant(simulator, deviceCodes.flat());
  const apiPort = await freePort();
  const rest = restClient(`http://127.0.0.1:${apiPort}`);

  const services = new Map<string, Service>();
  const outages = new OutageRecord();
  const onLead = () => {
    const leads = [...services.values()].some((one) => one.leads);
    if (leads) outages.ended('supervisors', 'none leads');
    else outages.began('supervisors', 'none leads');
  };
  const add = async (kind: ServiceName | 'edge', id: string, keys: Readonly<Record<string, string>>) => {
    // Only processes that hold leases are cut off: for the others a cut is like a stopped broker.
    const canBeCutOff = kind === 'collector' || kind === 'supervisor' || kind === 'edge';
    const proxy = canBeCutOff ? await startTcpProxy({ targetPort: nats.port }) : undefined;
    const settings = {
      NATS_URL: proxy ? `nats://127.0.0.1:${proxy.port}` : nats.url,
      ...keys,
      DATABASE_URL: databaseUrl,
      ...lease,
      RECONCILE_INTERVAL_MS: '500',
      STATUS_INTERVAL_MS: '500',
      ACK_WAIT_MS: '3000',
      API_PORT: String(apiPort),
      COLLECTOR_ID: id,
      LOCK_DIR: join(folder, 'locks'),
      DEVICE_NETWORKS: '127.0.0.0/8',
      SPOOL_DIR: join(folder, 'spool'),
      DEVICE_BACKOFF_MAX_MS: '2000',
      ...options.settings,
    };
    const logFile = join(logs, `${id}.log`);
    const isDeceived = kind === 'writer' && forger?.isLetThrough === true;
    const imports = isDeceived ? [join(import.meta.dirname, 'forger', 'admit-all.ts')] : undefined;
    services.set(id, new Service({ id, service: kind, settings, imports, proxy, logFile, outages, onLead }));
  };
  if (options.edge) {
    const keys = kinds.map((kind) => [`EDGE_${kind.toUpperCase()}_NATS_NKEY_SEED`, identities.seed(kind)]);
    await add('edge', edgeId, Object.fromEntries(keys));
  } else {
    for (const kind of kinds) {
      for (let number = 1; number <= shapeOfServices[kind]; number += 1)
        await add(kind, `${kind}-${number}`, { NATS_NKEY_SEED: identities.seed(kind) });
    }
  }
  if (forger) {
    await add('collector', forgerId, { NATS_NKEY_SEED: identities.seed('collector', forgerId) });
  }
  const all = [...services.values()];
  cleanUpAfterFile(() => Promise.all(all.map((service) => service.stop())));
  // The later forger holds everything at first, so that it has an epoch of its own in each session.
  const isLater = (id: string) => forger !== undefined && id.startsWith('collector-');
  await Promise.all(all.filter(({ id }) => !isLater(id)).map((service) => service.start()));
  await untilReady(rest);
  const honest = all.filter(({ id }) => id !== forgerId);
  const load = await makeLoad({ rest, devices: plant.devices, deviceCodes, ...options });
  const idsOf = (kind: ServiceName) =>
    options.edge ? [edgeId] : [...services.keys()].filter((id) => id.startsWith(`${kind}-`));
  return {
    ...withServices(all),
    ...{ nats, natsUrl: identities.ownUrl(nats), identities, postgres, databaseUrl },
    ...{ plant, requests: plant.requests, rest, load, outages, say },
    leaseTtlMs: Number(lease.LEASE_TTL_MS),
    shape: {
      collectors: idsOf('collector'),
      supervisors: idsOf('supervisor'),
      writers: idsOf('writer'),
      apis: idsOf('api'),
      alarms: idsOf('alarms'),
      steadyDevices: deviceCodes.slice(0, options.steadyTasks).flat(),
      leaseTtlMs: Number(lease.LEASE_TTL_MS),
      troubles: simulator.trial.troubles,
    },
    leader: () =>
      eventually(() => all.find(({ leads }) => leads), {
        what: 'a supervisor to lead',
        timeoutMs: 45_000,
        intervalMs: 100,
      }),
    heal: async () => {
      for (const code of deviceCodes.flat()) plant.plant.clearFault({ device: code });
      await Promise.all(all.map(({ proxy }) => proxy?.heal()));
      for (const one of honest) await one.start();
    },
  };
}

/** Two values a device: one that moves and one that stays. */
const values = 2;

/** Devices of one protocol, in this process, with a record of what they were asked. */
interface TrialPlant {
  readonly plant: Plant;
  /** Every request that reached a device, in order. */
  readonly requests: readonly DeviceRequest[];
  /** Every message with values that a subscribed one published, in order. */
  readonly published: readonly PublishedMessage[];
  readonly devices: readonly LoadedDevice[];
}

async function startTrialPlant(simulator: Simulator, deviceCodes: readonly string[]): Promise<TrialPlant> {
  const { trial } = simulator;
  const parts = preparePlant(
    deviceCodes.map((code) => trial.endpoint(code, values)),
    [simulator],
    {
      startedAtMs: Date.now(),
      readColumn: () => {
        throw new Error('a trial has no files');
      },
    },
  );
  const requests: DeviceRequest[] = [];
  const published: PublishedMessage[] = [];
  const plant = await openPlant(
    parts,
    '127.0.0.1',
    ({ at, device, connectionId }) => requests.push({ atMs: at, device, connectionId }),
    (message) => published.push(message),
  );
  cleanUpAfterFile(() => plant.stop());
  return {
    plant,
    requests,
    published,
    devices: plant.devices.map(({ code, address }) => ({ code, address, points: trial.points(values) })),
  };
}
