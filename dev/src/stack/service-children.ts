import type { DemoConfiguration } from '@holdfast/plant/workshop.ts';
import type { Service } from '@holdfast/shared/permissions/permissions.ts';
import type { StackConfig } from '../config.ts';
import { freePort, portIsFree } from '../free-port.ts';
import type { BrokerKeys } from './broker-keys.ts';
import type { LogStream } from './log-stream.ts';
import { serviceLines, simulatorLines } from './process-lines.ts';
import { startService } from './service-process.ts';
import type { LiveProcess } from './supervised-child.ts';

const LOOPBACK = '127.0.0.1';

/** Programs of the services: the sources when the launcher runs from sources, otherwise those in `dist/`. */
const mains = {
  api: new URL('../../../services/api/src/main.ts', import.meta.url),
  collector: new URL('../../../services/collector/src/main.ts', import.meta.url),
  supervisor: new URL('../../../services/supervisor/src/main.ts', import.meta.url),
  writer: new URL('../../../services/writer/src/main.ts', import.meta.url),
  simulator: new URL('../../../simulators/plant/src/main.ts', import.meta.url),
};

export interface ServiceSettings {
  readonly config: StackConfig;
  readonly logs: LogStream;
  readonly natsUrl: string;
  /** The file with the key by which NATS knows this service. */
  readonly seedFileOf: BrokerKeys['seedFileOf'];
  /** The file that says which sessions collectors with accounts of their own may get. */
  readonly rightsFileOf: BrokerKeys['rightsFileOf'];
}

/** A service with its health calls on a port of its own; on a restart it takes another one if that port is taken. */
function withHealthPort(
  name: string,
  service: 'supervisor' | 'collector' | 'writer',
  broker: ServiceSettings,
  settings: () => Readonly<Record<string, string>>,
  nodeOptions: readonly string[] = [],
): () => Promise<LiveProcess> {
  const { logs } = broker;
  let healthPort: number | undefined;
  return async () => {
    if (healthPort === undefined || !(await portIsFree(healthPort))) healthPort = await freePort();
    return startService({
      name,
      main: mains[service],
      nodeOptions,
      env: {
        ...common(service, broker),
        HEALTH_HOST: LOOPBACK,
        HEALTH_PORT: String(healthPort),
        ...settings(),
      },
      readyUrl: `http://${LOOPBACK}:${healthPort}/health/ready`,
      log: serviceLines(name, logs),
    });
  };
}

export function supervisorProcess(settings: ServiceSettings): () => Promise<LiveProcess> {
  return withHealthPort('supervisor', 'supervisor', settings, () => ({
    COLLECTOR_IDENTITIES_FILE: settings.rightsFileOf('supervisor'),
  }));
}

/**
 * Bounds the heap of new objects. V8 doubles it as bursts pass, as after an outage of the broker, up to 128 MB, and makes it
 * smaller only when it collects all of the heap, which a collector needs every few minutes at most. Measured with 25,000
 * values/s: 190 to 205 MB resident instead of 262 to 315, for the same processor time.
 */
export const collectorNodeOptions = ['--max-semi-space-size=16'] as const;

export function collectorProcess(
  collectorId: string,
  settings: ServiceSettings & { readonly spoolDir: string },
): () => Promise<LiveProcess> {
  return withHealthPort(
    collectorId,
    'collector',
    settings,
    () => ({
      COLLECTOR_ID: collectorId,
      SPOOL_DIR: settings.spoolDir,
      DEVICE_NETWORKS: settings.config.DEVICE_NETWORKS,
    }),
    collectorNodeOptions,
  );
}

export function writerProcess(
  settings: ServiceSettings & { readonly databaseUrl: () => string },
): () => Promise<LiveProcess> {
  return withHealthPort('writer', 'writer', settings, () => database(settings.databaseUrl()));
}

/** The API service, which answers its health calls on the API's port. */
export function apiProcess(
  settings: ServiceSettings & {
    readonly databaseUrl: () => string;
    readonly port: number;
    /** Key of an administrator, for an API without keys. */
    readonly firstKey: string;
    readonly demo: DemoConfiguration;
  },
): () => Promise<LiveProcess> {
  const { config, logs, port, firstKey, demo } = settings;
  return () =>
    startService({
      name: 'api',
      main: mains.api,
      env: {
        ...common('api', settings),
        COLLECTOR_IDENTITIES_FILE: settings.rightsFileOf('api'),
        ...database(settings.databaseUrl()),
        API_HOST: config.API_HOST,
        API_PORT: String(port),
        API_BOOTSTRAP_KEY: firstKey,
        DEMO_CONFIGURATION: JSON.stringify(demo),
        // The stack itself shows the link, on a terminal and in no log.
        API_FIRST_LINK_IN_LOG: 'false',
        // Also holds once there are keys for others.
        API_ANONYMOUS_LOOPBACK: String(config.API_ANONYMOUS_LOOPBACK),
      },
      readyUrl: `${apiUrl(config.API_HOST, port)}/health/ready`,
      log: serviceLines('api', logs),
    });
}

export function simulatorProcess(options: {
  readonly basePort: number;
  readonly controlPort: number;
  readonly logs: LogStream;
}): () => Promise<LiveProcess> {
  return () =>
    startService({
      name: 'simulator',
      main: mains.simulator,
      env: {
        SIMULATOR_HOST: LOOPBACK,
        SIMULATOR_BASE_PORT: String(options.basePort),
        SIMULATOR_CONTROL_PORT: String(options.controlPort),
      },
      readyUrl: `http://${LOOPBACK}:${options.controlPort}/devices`,
      log: simulatorLines('simulator', options.logs),
    });
}

/** The URL by which this machine reaches an API that listens on `host`. */
export function apiUrl(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://${LOOPBACK}:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function common(service: Service, { config, natsUrl, seedFileOf }: ServiceSettings): Record<string, string> {
  return {
    NATS_URL: natsUrl,
    NATS_NKEY_SEED_FILE: seedFileOf(service),
    LOG_LEVEL: config.LOG_LEVEL,
    SESSIONS_MAX_BYTES: String(config.SESSIONS_MAX_BYTES),
    SAMPLES_MAX_BYTES: String(config.SAMPLES_MAX_BYTES),
    AUDIT_MAX_BYTES: String(config.AUDIT_MAX_BYTES),
  };
}

function database(url: string): Record<string, string> {
  return { DATABASE_URL: url };
}
