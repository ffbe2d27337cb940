import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NatsServer, startNatsServer } from '@holdfast/dev/nats-server.ts';
import { startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import type { BenchmarkContext } from '../benchmark.ts';
import { type FleetProcess, startFleetProcess } from './fleet-process.ts';
import { startSessions, taskOnPlant } from './start-sessions.ts';

/** Registers of one request. */
export const valuesPerSample = 50;
export const loadPeriodMs = 100;
export const mebibyte = 1024 ** 2;

/** A broker, a supervisor and one collector that reads a plant with so many values a second. */
export interface LoadedCollector {
  /** Everything that is written lies in it; removed at the end. */
  readonly folder: string;
  readonly server: NatsServer;
  readonly nc: NatsConnection;
  readonly supervisor: FleetProcess;
  readonly collector: FleetProcess;
  readonly devices: number;
  /** Settings that every service needs. */
  readonly settings: Readonly<Record<string, string>>;
  /** Requests that the plant has answered. */
  requests(): number;
  /** Bytes of the samples that wait on the collector's disk. */
  spooledBytes(): Promise<number>;
  /** Starts a session on each device. @returns their ids */
  startSessions(): Promise<readonly string[]>;
  /** @throws InvalidMeasurement when a process has ended without being stopped */
  check(): void;
}

export async function startLoadedCollector(
  { cleanUp, profileFolder }: BenchmarkContext,
  {
    valuesPerSecond,
    samplesMaxBytes,
    collectorSettings,
  }: {
    readonly valuesPerSecond: number;
    readonly samplesMaxBytes: number;
    readonly collectorSettings: Readonly<Record<string, string>>;
  },
): Promise<LoadedCollector> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startNatsServer({ storeDir: join(folder, 'nats') });
  cleanUp.defer(async () => void (await server.stop()));
  const log = createLogger('bench', 'fatal');
  const { nc, close } = await connectNats({ url: server.url, name: 'bench', log });
  cleanUp.defer(() => close());
  await ensureStreams(nc, {
    sessionsMaxBytes: 64 * mebibyte,
    samplesMaxBytes,
    samplesMaxAgeHours: 24,
    replicas: 1,
  });
  let requests = 0;
  const plant = await startPlant({
    host: '0.0.0.0',
    config: { devices: [{ code: 'press', unitId: 1, tables: { holding_register: (address) => address } }] },
    onRequest: () => {
      requests += 1;
    },
  });
  cleanUp.defer(() => plant.stop());
  const spoolDir = join(folder, 'spool');
  const settings = { NATS_URL: server.url, LOCK_DIR: join(folder, 'locks') };
  const supervisor = await startFleetProcess('supervisor', settings, undefined);
  cleanUp.defer(async () => void (await supervisor.process.stop()));
  const own = { COLLECTOR_ID: 'c1', SPOOL_DIR: spoolDir, ...collectorSettings };
  const collector = await startFleetProcess('collector', { ...settings, ...own }, profileFolder);
  cleanUp.defer(async () => void (await collector.process.stop({ graceMs: 30_000 })));
  const devices = Math.max(1, Math.round(valuesPerSecond / valuesPerSample / (1_000 / loadPeriodMs)));
  const port = plant.endpoints[0]?.port ?? 0;
  return {
    folder,
    server,
    nc,
    supervisor,
    collector,
    devices,
    settings,
    requests: () => requests,
    spooledBytes: () => bytesIn(spoolDir),
    startSessions: () =>
      startSessions(
        nc,
        Array.from({ length: devices }, (_, index) => deviceTask(index, port)),
      ),
    check: () => {
      supervisor.check();
      collector.check();
    },
  };
}

function deviceTask(index: number, port: number) {
  const task = taskOnPlant(index, port, loadPeriodMs);
  const points = Array.from({ length: valuesPerSample }, (_, address) => ({
    code: `temperature_${address}`,
    name: '',
    address: { table: 'holding_register', address, byte_order: 'ABCD' },
    data_type: 'uint16' as const,
    scale: 0.1,
    offset: 0,
    unit: '°C',
  }));
  return { ...task, devices: task.devices.map((device) => ({ ...device, points })) };
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
  const sizes = await Promise.all(
    names
      .filter((name) => name.endsWith('.segment'))
      .map((name) => stat(join(folder, name)).catch(() => undefined)),
  );
  return sizes.reduce((sum, stats) => sum + (stats?.size ?? 0), 0);
}
