import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type NatsServer, startNatsServer } from '@holdfast/dev/nats-server.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { OutboxBoard } from '@holdfast/shared/jetstream/boards/outbox-board.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { benchIdentities, type Identities } from '../bench-identities.ts';
import { type BenchmarkContext, InvalidMeasurement } from '../benchmark.ts';
import { type FleetProcess, startFleetProcess } from '../fleet/fleet-process.ts';
import { startSessions } from '../fleet/start-sessions.ts';
import { until } from '../fleet/until.ts';
import { processUsage } from '../idle/process-usage.ts';
import { type FastModbusServer, startFastModbusServer } from './fast-modbus-server.ts';
import { type PlannedDevice, TickBook, type TicksOfWindow } from './tick-book.ts';

const mebibyte = 1024 ** 2;
const collectorId = 'c1';
/** Time that samples on their way at the end of a window get to arrive, beyond their period; less after a short one. */
const longestGraceMs = 3_000;

/** One window of reading. CPU in cores: 1 is one processor all the time. */
export interface MeasuredWindow {
  readonly seconds: number;
  readonly ticks: TicksOfWindow;
  readonly collectorCores: number;
  /** Share of the time for which the collector waited for a processor that others had. */
  readonly collectorWaited: number;
  readonly brokerCores: number;
  readonly plantCores: number;
  readonly collectorMib: number;
  /** Samples that waited for the broker when the ticks were looked up, by the collector's own word of the last seconds. */
  readonly waiting: number;
}

/**
 * A broker, a supervisor and one collector, each a process of its own with the settings that it has in a plant. A C
 * program on all addresses of the loopback network plays the devices. The measuring process sleeps during a measurement,
 * and looks up in the stream afterwards what was read.
 */
export class PolledPlant {
  readonly nc: NatsConnection;
  readonly plant: FastModbusServer;
  collector: FleetProcess;
  readonly #startCollector: () => Promise<FleetProcess>;
  readonly #server: NatsServer;
  readonly #supervisor: FleetProcess;
  readonly #book: TickBook;
  readonly #devices: PlannedDevice[] = [];
  #outboxes: OutboxBoard | undefined;

  private constructor(parts: {
    nc: NatsConnection;
    server: NatsServer;
    plant: FastModbusServer;
    supervisor: FleetProcess;
    collector: FleetProcess;
    startCollector: () => Promise<FleetProcess>;
    spread: number;
  }) {
    this.nc = parts.nc;
    this.plant = parts.plant;
    this.collector = parts.collector;
    this.#startCollector = parts.startCollector;
    this.#server = parts.server;
    this.#supervisor = parts.supervisor;
    this.#book = new TickBook(parts.nc, parts.spread);
  }

  /**
   * @param spreadPercent over how much of their period devices are spread; see POLL_SPREAD_PERCENT
   */
  static async start(
    { profileFolder }: Pick<BenchmarkContext, 'profileFolder'>,
    cleanUp: AsyncDisposableStack,
    spreadPercent: number,
    {
      registers = 'changing',
      identities: which = 'trusted',
    }: {
      /** Whether they have another value at each read. */
      readonly registers?: 'still' | 'changing';
      readonly identities?: Identities;
    } = {},
  ): Promise<PolledPlant> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
    cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
    const identities = benchIdentities(which, collectorId);
    const server = await startNatsServer({
      storeDir: join(folder, 'nats'),
      configLines: identities.configLines,
    });
    cleanUp.defer(async () => void (await server.stop()));
    const log = createLogger('bench', 'fatal');
    const { nc, close } = await connectNats({ url: identities.ownUrl(server), name: 'bench', log });
    cleanUp.defer(() => close());
    await ensureStreams(nc, {
      sessionsMaxBytes: 64 * mebibyte,
      samplesMaxBytes: 8_192 * mebibyte,
      samplesMaxAgeHours: 1,
      replicas: 1,
    });
    const plant = await startFastModbusServer(folder, '0.0.0.0', registers);
    cleanUp.defer(() => plant.stop());
    const settings = {
      NATS_URL: server.url,
      LOCK_DIR: join(folder, 'locks'),
      SPOOL_DIR: join(folder, 'spool'),
    };
    const supervisor = await startFleetProcess(
      'supervisor',
      { ...settings, NATS_NKEY_SEED: identities.seed('supervisor') },
      undefined,
    );
    cleanUp.defer(async () => void (await supervisor.process.stop()));
    const own = {
      COLLECTOR_ID: collectorId,
      NATS_NKEY_SEED: identities.collectorSeed,
      SPOOL_DIR: join(folder, 'spool'),
      POLL_SPREAD_PERCENT: String(spreadPercent),
    };
    const startCollector = async () => {
      const collector = await startFleetProcess('collector', { ...settings, ...own }, profileFolder);
      cleanUp.defer(async () => void (await collector.process.stop({ graceMs: 30_000 })));
      return collector;
    };
    const collector = await startCollector();
    const spread = spreadPercent / 100;
    return new PolledPlant({ nc, server, plant, supervisor, collector, startCollector, spread });
  }

  get deviceCount(): number {
    return this.#devices.length;
  }

  /** Starts a session of each task, and returns when the broker has a sample of every device. */
  async add(tasks: readonly TaskConfig[]): Promise<void> {
    for (const { task_id, period_ms, devices } of tasks)
      for (const { id, points } of devices)
        this.#devices.push({ taskId: task_id, id, periodMs: period_ms, values: points.length });
    await startSessions(this.nc, tasks);
    let deviceCount = 0;
    const areRead = async (): Promise<boolean> => {
      deviceCount = await this.#book.devicesSeen();
      return deviceCount >= this.#devices.length;
    };
    await until('every device to be read', areRead, this.check).catch((error: Error) => {
      throw new InvalidMeasurement(
        `${error.message}: ${deviceCount} of ${this.#devices.length} were. The collector said last:\n${this.#lastSaid()}`,
      );
    });
  }

  /** The ticks of the first `seconds` since the first sample. Call it before any `measure`. */
  async firstSeconds(seconds: number): Promise<TicksOfWindow> {
    return this.#ticksOfNext(seconds, await this.#book.firstMs());
  }

  async #ticksOfNext(seconds: number, fromMs: number): Promise<TicksOfWindow> {
    const toMs = fromMs + seconds * 1_000;
    const longestPeriodMs = Math.max(...this.#devices.map(({ periodMs }) => periodMs));
    await sleep(Math.max(0, toMs - Date.now()) + longestPeriodMs + longestGraceMs);
    this.check();
    return this.#book.read(this.#devices, fromMs, toMs);
  }

  /**
   * Kills the collector in the midst of its work with -9, and starts it again.
   * @returns as `firstSeconds`, of the new one
   */
  async firstSecondsAfterKill(seconds: number): Promise<TicksOfWindow> {
    await this.collector.process.kill();
    const before = await this.#book.newest();
    this.collector = await this.#startCollector();
    await until('the collector to read again', async () => (await this.#book.newest()) > before, this.check);
    return this.#ticksOfNext(seconds, Date.now());
  }

  /** Lets it run for so many seconds, then looks up every tick of that time. */
  async measure(seconds: number): Promise<MeasuredWindow> {
    await this.#book.forget();
    const longestPeriodMs = Math.max(...this.#devices.map(({ periodMs }) => periodMs));
    const fromMs = Date.now();
    const before = await this.#usage();
    await sleep(seconds * 1_000);
    const after = await this.#usage();
    const toMs = Date.now();
    // A tick belongs to the window in which it was scheduled, and is read by its phase later.
    await sleep(longestPeriodMs + Math.min(longestGraceMs, seconds * 1_000));
    this.check();
    const waiting = await this.waiting();
    const passed = (after.atMs - before.atMs) / 1_000;
    const cores = (of: 'collector' | 'broker' | 'plant') =>
      (after[of].cpuSeconds - before[of].cpuSeconds) / passed;
    const ticks = await this.#book.read(this.#devices, fromMs, toMs);
    if (ticks.read === 0) {
      const why = JSON.stringify({ ...ticks.missed, absent: ticks.absent });
      throw new InvalidMeasurement(
        `none of ${ticks.expected} ticks was read: ${why}. The collector said last:\n${this.#lastSaid()}`,
      );
    }
    return {
      seconds: passed,
      ticks,
      collectorCores: cores('collector'),
      collectorWaited: (after.waited - before.waited) / passed,
      brokerCores: cores('broker'),
      plantCores: cores('plant'),
      collectorMib: after.collector.residentMib,
      waiting,
    };
  }

  /**
   * Samples that wait for the broker, as the collector reports every few seconds.
   * @param sinceMs ms since 1970: reported then or later
   */
  async waiting(sinceMs = 0): Promise<number> {
    this.#outboxes ??= await OutboxBoard.open(this.nc);
    const board = this.#outboxes;
    let waiting = 0;
    const isTold = async (): Promise<boolean> => {
      const status = (await board.readAll()).find(({ collector }) => collector === collectorId);
      if (!status || Date.parse(status.updated_at) < sinceMs) return false;
      waiting = status.waiting_in_memory + status.spooled_samples;
      return true;
    };
    await until('the collector to tell how many samples wait', isTold, this.check);
    return waiting;
  }

  #lastSaid(): string {
    return this.collector.process.lastLines(5).join('\n');
  }

  async #usage() {
    const [collector, broker, plant] = await Promise.all(
      [this.collector.process.pid, this.#server.pid, this.plant.pid].map(processUsage),
    );
    if (!collector || !broker || !plant) throw new InvalidMeasurement('a process has ended');
    const waited = await waitedForProcessorSeconds(this.collector.process.pid);
    return { atMs: performance.now(), waited, collector, broker, plant };
  }

  readonly check = (): void => {
    this.#supervisor.check();
    this.collector.check();
  };
}

/**
 * For how long the main thread of a process could have run and had no processor, since its start, in s: what other
 * work on the machine has taken from it. NaN where the kernel does not count it.
 */
async function waitedForProcessorSeconds(pid: number): Promise<number> {
  try {
    const [, waitedNs] = (await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ');
    return Number(waitedNs) / 1e9;
  } catch {
    return Number.NaN;
  }
}
