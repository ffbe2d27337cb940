import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NatsServer, startNatsServer } from '@holdfast/dev/nats-server.ts';
import { startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import { parseCollectorLease } from '@holdfast/shared/contracts/collector-lease.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { bucketNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { type BenchmarkContext, InvalidMeasurement } from '../benchmark.ts';
import { type FleetProcess, startFleetProcess } from './fleet-process.ts';
import { SampleFollower } from './follow-samples.ts';
import { startSessions, taskOnPlant } from './start-sessions.ts';
import { until } from './until.ts';

const gibibyte = 1024 ** 3;

/** One `session.assigned`, and when the broker stored it, ms since 1970. */
export interface AssignedAt {
  readonly sessionId: string;
  readonly collectorId: string;
  readonly reason: string;
  readonly epoch: number;
  readonly storedAtMs: number;
}

/**
 * A broker, a plant and real services, all on this machine. The plant runs in the measuring process: its answers
 * take what the machine has left.
 */
export class MeasuredFleet {
  readonly server: NatsServer;
  readonly nc: NatsConnection;
  readonly samples: SampleFollower;
  readonly #leases: KvLeaseStore;
  readonly #plantPort: number;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #context: BenchmarkContext;
  readonly #running = new Set<FleetProcess>();
  readonly #collectors = new Map<string, FleetProcess>();

  private constructor(parts: {
    server: NatsServer;
    nc: NatsConnection;
    samples: SampleFollower;
    leases: KvLeaseStore;
    plantPort: number;
    settings: Readonly<Record<string, string>>;
    context: BenchmarkContext;
  }) {
    this.server = parts.server;
    this.nc = parts.nc;
    this.samples = parts.samples;
    this.#leases = parts.leases;
    this.#plantPort = parts.plantPort;
    this.#settings = parts.settings;
    this.#context = parts.context;
  }

  /** @param settings of every service, on top of their defaults */
  static async start(
    context: BenchmarkContext,
    settings: Readonly<Record<string, string>>,
  ): Promise<MeasuredFleet> {
    const { cleanUp } = context;
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
    cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
    const server = await startNatsServer({ storeDir: join(folder, 'nats') });
    cleanUp.defer(async () => void (await server.stop()));
    const connection = await connectNats({
      url: server.url,
      name: 'bench',
      log: createLogger('bench', 'fatal'),
    });
    cleanUp.defer(() => connection.nc.close());
    const { nc } = connection;
    await ensureStreams(nc, {
      sessionsMaxBytes: gibibyte,
      samplesMaxBytes: gibibyte,
      samplesMaxAgeHours: 1,
      replicas: 1,
    });
    // One listener on all addresses of the loopback network stands for as many endpoints as needed.
    const plant = await startPlant({
      host: '0.0.0.0',
      config: {
        devices: [{ code: 'press', unitId: 1, tables: { holding_register: (address) => 4_711 + address } }],
      },
    });
    cleanUp.defer(() => plant.stop());
    const common = {
      NATS_URL: server.url,
      LOCK_DIR: join(folder, 'locks'),
      SPOOL_DIR: join(folder, 'spool'),
      ...settings,
    };
    const fleet = new MeasuredFleet({
      server,
      nc,
      samples: await SampleFollower.start(nc),
      leases: await KvLeaseStore.open(nc, bucketNames.collectors),
      plantPort: plant.endpoints[0]?.port ?? 0,
      settings: common,
      context,
    });
    cleanUp.defer(() => fleet.#stopAll());
    return fleet;
  }

  async startSupervisor(settings: Readonly<Record<string, string>> = {}): Promise<FleetProcess> {
    return this.#start('supervisor', settings);
  }

  /** Starts a collector, again where one of that id has ended. Returns at once. */
  async startCollector(collectorId: string): Promise<FleetProcess> {
    const started = await this.#start('collector', { COLLECTOR_ID: collectorId });
    this.#collectors.set(collectorId, started);
    return started;
  }

  collector(collectorId: string): FleetProcess {
    const collector = this.#collectors.get(collectorId);
    if (!collector) throw new RangeError(`there is no collector ${collectorId}`);
    return collector;
  }

  collectorIds(): string[] {
    return [...this.#collectors.keys()];
  }

  /** Ends the process and no longer takes its end for an accident. */
  async end(ended: FleetProcess, how: 'kill' | 'stop'): Promise<void> {
    this.#running.delete(ended);
    const { code } = await (how === 'kill' ? ended.process.kill() : ended.process.stop({ graceMs: 60_000 }));
    if (how === 'stop' && code !== 0) {
      throw new InvalidMeasurement(`${ended.process.name} ended with ${code} instead of 0`);
    }
  }

  /** Waits until the collector that was started last under the id has renewed its lease a few times. */
  async holdsLease(collectorId: string): Promise<void> {
    const { startedAtMs } = this.collector(collectorId);
    const isHeld = async (): Promise<boolean> => {
      const lease = parseCollectorLease((await this.#leases.read(collectorId))?.value ?? '');
      return lease?.state === 'active' && Date.parse(lease.started_at) >= startedAtMs && lease.renewals > 2;
    };
    await until(`${collectorId} to hold its lease`, isHeld, this.check);
  }

  /** Starts a session on each of so many tasks, and returns when the broker has a sample of every one, of a reading or a miss. */
  async startSessions(count: number, periodMs: number): Promise<readonly string[]> {
    const tasks = Array.from({ length: count }, (_, index) => taskOnPlant(index, this.#plantPort, periodMs));
    const sessions = await startSessions(this.nc, tasks);
    const { samples } = this;
    await until('every session to be read', () => sessions.every((id) => samples.last(id)), this.check);
    return sessions;
  }

  /** The collector that reads the most sessions: the one whose end matters most. */
  busiest(): string {
    const loads = this.collectorIds().map((id) => ({ id, load: this.samples.readBy(id).length }));
    return loads.sort((a, b) => b.load - a.load)[0]?.id ?? '';
  }

  async assignments(): Promise<AssignedAt[]> {
    const assignments: AssignedAt[] = [];
    for await (const { sequence, storedAtMs, data } of readStream(this.nc, streamNames.sessions)) {
      const decoded = decodeSessionEvent(JSON.parse(data));
      if (decoded.kind !== 'placement' || decoded.event.type !== 'session.assigned') continue;
      const { sessionId, collectorId, reason } = decoded.event;
      assignments.push({ sessionId, collectorId, reason, epoch: sequence, storedAtMs });
    }
    return assignments;
  }

  /** @throws InvalidMeasurement when what is measured is not what should be */
  readonly check = (): void => {
    for (const running of this.#running) running.check();
    this.samples.check();
  };

  async #start(
    service: 'supervisor' | 'collector',
    settings: Readonly<Record<string, string>>,
  ): Promise<FleetProcess> {
    const all = { ...this.#settings, ...settings };
    const started = await startFleetProcess(service, all, this.#context.profileFolder);
    this.#running.add(started);
    return started;
  }

  async #stopAll(): Promise<void> {
    await Promise.all([...this.#running].map(({ process }) => process.stop({ graceMs: 30_000 })));
  }
}

/** The services' proportions: five renewals in a lease, and a margin of a tenth. */
export function leaseOf(ttlMs: number): Record<string, string> {
  return {
    LEASE_TTL_MS: String(ttlMs),
    LEASE_RENEW_MS: String(Math.round(ttlMs / 5)),
    LEASE_MARGIN_MS: String(Math.round(ttlMs / 10)),
  };
}
