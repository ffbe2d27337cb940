import type { DemoConfiguration } from '@holdfast/plant/workshop.ts';
import type { Service } from '@holdfast/shared/permissions/permissions.ts';
import type { StackConfig } from '../config.ts';
import { freePort, portIsFree } from '../free-port.ts';
import type { BrokerKeys } from './broker-keys.ts';
import type { LogStream } from './log-stream.ts';
import { edgeLines, serviceLines, simulatorLines } from './process-lines.ts';
import { startService } from './service-process.ts';
import type { LiveProcess } from './supervised-child.ts';

const LOOPBACK = '127.0.0.1';

/** Programs of the services: the sources when the launcher runs from sources, otherwise those in `dist/`. */
const mains = {
  api: new URL('../../../services/api/src/main.ts', import.meta.url),
  collector: new URL('../../../services/collector/src/main.ts', import.meta.url),
  supervisor: new URL('../../../services/supervisor/src/main.ts', import.meta.url),
  writer: new URL('../../../services/writer/src/main.ts', import.meta.url),
  alarms: new URL('../../../services/alarms/src/main.ts', import.meta.url),
  edge: new URL('../../../services/edge/src/main.ts', import.meta.url),
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

type Settings = Readonly<Record<string, string>>;
type WithDatabase = ServiceSettings & { readonly databaseUrl: () => string };
type CollectorSettings = ServiceSettings & { readonly spoolDir: string };
type ApiSettings = WithDatabase & {
  readonly port: number;
  /** Key of an administrator, for an API without keys. */
  readonly firstKey: string;
  readonly demo: DemoConfiguration;
};

/** A port for health calls, kept over restarts; another one if it is taken by then. */
function healthPort(): () => Promise<number> {
  let port: number | undefined;
  return async () => {
    if (port === undefined || !(await portIsFree(port))) port = await freePort();
    return port;
  };
}

/** A service with its health calls on a port of its own. */
function withHealthPort(
  name: string,
  service: 'supervisor' | 'collector' | 'writer' | 'alarms',
  logs: LogStream,
  settings: () => Settings,
  nodeOptions: readonly string[] = [],
): () => Promise<LiveProcess> {
  const portOf = healthPort();
  return async () => {
    const port = await portOf();
    return startService({
      ...{ name, main: mains[service], nodeOptions, log: serviceLines(name, logs) },
      env: { ...settings(), ...health(port) },
      readyUrls: [healthUrl(port)],
    });
  };
}

const health = (port: number): Settings => ({ HEALTH_HOST: LOOPBACK, HEALTH_PORT: String(port) });
const healthUrl = (port: number) => `http://${LOOPBACK}:${port}/health/ready`;

const supervisorSettings = (settings: ServiceSettings): Settings => ({
  ...common('supervisor', settings),
  COLLECTOR_IDENTITIES_FILE: settings.rightsFileOf('supervisor'),
});

export function supervisorProcess(settings: ServiceSettings): () => Promise<LiveProcess> {
  return withHealthPort('supervisor', 'supervisor', settings.logs, () => supervisorSettings(settings));
}

/**
 * Bounds the heap of new objects. V8 doubles it as bursts pass, as after an outage of the broker, up to 128 MB, and makes it
 * smaller only when it collects all of the heap, which a collector needs every few minutes at most. Measured with 25,000
 * values/s: 190 to 205 MB resident instead of 262 to 315, for the same processor time.
 */
export const collectorNodeOptions = ['--max-semi-space-size=16'] as const;

const collectorSettings = (collectorId: string, settings: CollectorSettings): Settings => ({
  ...common('collector', settings),
  COLLECTOR_ID: collectorId,
  SPOOL_DIR: settings.spoolDir,
  DEVICE_NETWORKS: settings.config.DEVICE_NETWORKS,
});

export function collectorProcess(
  collectorId: string,
  settings: CollectorSettings,
): () => Promise<LiveProcess> {
  const own = () => collectorSettings(collectorId, settings);
  return withHealthPort(collectorId, 'collector', settings.logs, own, collectorNodeOptions);
}

const writerSettings = (settings: WithDatabase): Settings => ({
  ...common('writer', settings),
  DATABASE_URL: settings.databaseUrl(),
});

export function writerProcess(settings: WithDatabase): () => Promise<LiveProcess> {
  return withHealthPort('writer', 'writer', settings.logs, () => writerSettings(settings));
}

const alarmsSettings = (settings: ServiceSettings): Settings => common('alarms', settings);

/** The same: 41 MB (PSS) instead of 48 beside the demo, for the same processor time. */
const alarmsNodeOptions = ['--max-semi-space-size=1'] as const;

export function alarmsProcess(settings: ServiceSettings): () => Promise<LiveProcess> {
  const own = () => alarmsSettings(settings);
  return withHealthPort('alarms', 'alarms', settings.logs, own, alarmsNodeOptions);
}

const apiSettings = (settings: ApiSettings): Settings => ({
  ...common('api', settings),
  COLLECTOR_IDENTITIES_FILE: settings.rightsFileOf('api'),
  DATABASE_URL: settings.databaseUrl(),
  API_HOST: settings.config.API_HOST,
  API_PORT: String(settings.port),
  API_BOOTSTRAP_KEY: settings.firstKey,
  DEMO_CONFIGURATION: JSON.stringify(settings.demo),
  // The stack itself shows the link, on a terminal and in no log.
  API_FIRST_LINK_IN_LOG: 'false',
  // Also holds once there are keys for others.
  API_ANONYMOUS_LOOPBACK: String(settings.config.API_ANONYMOUS_LOOPBACK),
});

/** The API service, which answers its health calls on the API's port. */
export function apiProcess(settings: ApiSettings): () => Promise<LiveProcess> {
  return () =>
    startService({
      name: 'api',
      main: mains.api,
      env: apiSettings(settings),
      readyUrls: [`${apiUrl(settings.config.API_HOST, settings.port)}/health/ready`],
      log: serviceLines('api', settings.logs),
    });
}

/** API, supervisor, alarms, writer and one collector in one process. */
export function edgeProcess(
  collectorId: string,
  settings: ApiSettings & CollectorSettings,
): () => Promise<LiveProcess> {
  const ports = {
    supervisor: healthPort(),
    alarms: healthPort(),
    collector: healthPort(),
    writer: healthPort(),
  };
  return async () => {
    const [supervisor, alarms, collector, writer] = [
      await ports.supervisor(),
      await ports.alarms(),
      await ports.collector(),
      await ports.writer(),
    ];
    return startService({
      ...{ name: 'edge', main: mains.edge, nodeOptions: collectorNodeOptions },
      env: {
        ...ofPart('API', apiSettings(settings)),
        ...ofPart('SUPERVISOR', { ...supervisorSettings(settings), ...health(supervisor) }),
        ...ofPart('ALARMS', { ...alarmsSettings(settings), ...health(alarms) }),
        ...ofPart('COLLECTOR', { ...collectorSettings(collectorId, settings), ...health(collector) }),
        ...ofPart('WRITER', { ...writerSettings(settings), ...health(writer) }),
      },
      readyUrls: [
        `${apiUrl(settings.config.API_HOST, settings.port)}/health/ready`,
        ...[supervisor, alarms, collector, writer].map(healthUrl),
      ],
      log: edgeLines(settings.logs),
      // Its parts stop one after the other, by default within 45 s.
      stopGraceMs: 50_000,
    });
  };
}

const ofPart = (part: string, settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [`EDGE_${part}_${name}`, value]));

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
      readyUrls: [`http://${LOOPBACK}:${options.controlPort}/devices`],
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
