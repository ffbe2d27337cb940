import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { readHistory } from '../verify/read-history.ts';
import type { Tolerances } from '../verify/tolerances.ts';
import { type Verdict, verify } from '../verify/verify.ts';
import { eventually } from './eventually.ts';
import { type FleetForTest, fleetForTest } from './fleet-for-test.ts';
import { freshDatabase } from './fresh-database.ts';
import {
  type ConfiguredDevice,
  configureAndStart,
  configureDevice,
  type StartedTask,
  untilReady,
} from './over-rest.ts';
import { type RestClient, restClient } from './rest-client.ts';
import { type ServiceName, startService, testLease } from './service-processes.ts';

type Settings = Readonly<Record<string, string>>;

export interface ServicesOptions {
  readonly natsUrl: string;
  /** A new one unless set. */
  readonly databaseUrl?: string;
  readonly lease?: Readonly<Record<keyof typeof testLease, string>>;
  /** Of all services, in addition to what each has here. */
  readonly common?: Settings;
  /** Of single services; `false`: it is not started. */
  readonly settings?: Readonly<Partial<Record<ServiceName, Settings | false>>>;
  /** Of the API, where it needs one. */
  readonly key?: string | undefined;
}

/** The services as processes, with an API that is ready. */
export interface ServicesForTest {
  readonly rest: RestClient;
  readonly apiPort: number;
  readonly databaseUrl: string;
  /** The service as it was started last. */
  process(service: ServiceName): RunningProcess;
  /** Starts one more, or the same again, with these settings in addition. */
  restart(service: ServiceName, settings?: Settings): Promise<RunningProcess>;
  /** Kills it with -9 and starts it again. */
  killAndRestart(service: ServiceName): Promise<void>;
}

/** Starts all services. The collector is `c1`, unless its settings name it otherwise. */
export async function servicesForTest(
  { natsUrl, lease = testLease, common = {}, settings = {}, key, ...options }: ServicesOptions,
  start: typeof startService = startService,
): Promise<ServicesForTest> {
  const databaseUrl = options.databaseUrl ?? (await freshDatabase());
  const apiPort = await freePort();
  const rest = restClient(`http://127.0.0.1:${apiPort}`, key);
  const own: Partial<Record<ServiceName, Settings>> = {
    api: { API_PORT: String(apiPort) },
    collector: { COLLECTOR_ID: 'c1' },
  };
  const processes = new Map<ServiceName, RunningProcess>();
  const restart = async (service: ServiceName, more: Settings = {}): Promise<RunningProcess> => {
    const running = await start(service, {
      ...{ NATS_URL: natsUrl, DATABASE_URL: databaseUrl, ...lease, ...common, ...own[service] },
      ...(settings[service] || {}),
      ...more,
    });
    processes.set(service, running);
    return running;
  };
  const process = (service: ServiceName): RunningProcess => {
    const running = processes.get(service);
    if (!running) throw new Error(`the ${service} was not started`);
    return running;
  };
  for (const service of ['api', 'writer', 'supervisor', 'collector'] as const)
    if (settings[service] !== false) await restart(service);
  if (settings.api !== false) await untilReady(rest);
  return {
    ...{ rest, apiPort, databaseUrl, process, restart },
    killAndRestart: async (service) => {
      await process(service).kill();
      await restart(service);
      if (service === 'api') await untilReady(rest);
    },
  };
}

/** A fleet whose services all run, with what a test configures and starts over REST. */
export interface SystemForTest extends FleetForTest, ServicesForTest {
  /** Configures a device of the plant. @param fields of it, such as its `timeout_ms` */
  device(code: string, points: readonly object[], fields?: object): Promise<ConfiguredDevice>;
  /** Configures a task and starts it. */
  task(fields: object): Promise<StartedTask>;
  /** Waits until collectors hold only so many sessions: one that lets go has sent all that it read. */
  letGo(sessions?: number): Promise<void>;
  /** Waits until every sample is in the database. */
  written(): Promise<void>;
  /** The verifier's verdict on all that is recorded. */
  judged(tolerances: Partial<Tolerances>): Promise<Verdict>;
}

/** @param deviceCodes of the plant */
export async function systemForTest(
  deviceCodes: readonly string[],
  options: Omit<ServicesOptions, 'natsUrl' | 'databaseUrl'> = {},
): Promise<SystemForTest> {
  const fleet = await fleetForTest(deviceCodes, options.lease);
  const services = await servicesForTest({ natsUrl: fleet.nats.url, ...options }, fleet.start);
  const { rest, databaseUrl } = services;
  return {
    ...fleet,
    ...services,
    device: (code, points, fields = {}) => {
      const endpoint = fleet.plant.plant.endpoints.find(({ device }) => device === code);
      if (!endpoint) throw new Error(`the plant has no device ${code}`);
      const { host, port, unitId: unit_id } = endpoint;
      return configureDevice(rest, { code, host, port, unit_id, ...fields }, points);
    },
    task: (fields) => configureAndStart(rest, fields),
    letGo: async (sessions = 0) => {
      await eventually(async () => (await fleet.log.assignments()) === sessions, {
        what: `all sessions but ${sessions} to be let go`,
      });
    },
    written: async () => {
      await eventually(async () => (await fleet.log.unwritten()) === 0, { what: 'all samples to be stored' });
    },
    judged: async (tolerances) =>
      verify(await readHistory({ natsUrl: fleet.nats.url, databaseUrl }), { tolerances }),
  };
}
