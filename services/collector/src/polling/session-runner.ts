import type { Sample } from '@holdfast/shared/contracts/sample.ts';
import type { DeviceHealth, SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { BackoffLimits } from './backoff.ts';
import { afterFailure, afterSuccess, unknownHealth } from './device-health.ts';
import { DevicePoller, type TickResult } from './device-poller.ts';
import type { Endpoints, Permission } from './endpoint.ts';
import { tickTimeMs } from './schedule.ts';
import type { SteadyClock } from './steady-clock.ts';

export interface HealthTransition {
  readonly device: DeviceConfig;
  readonly from: DeviceHealth['status'] | null;
  readonly to: DeviceHealth;
}

export interface SessionRunnerOptions {
  readonly sessionId: string;
  readonly epoch: number;
  readonly collectorId: string;
  readonly config: TaskConfig;
  readonly endpoints: Endpoints;
  readonly clock: SteadyClock;
  readonly timers: Timers;
  readonly backoff: BackoffLimits;
  readonly permission: Permission;
  readonly jitter: () => number;
  /** Must not block. */
  readonly onSample: (sample: Sample) => void;
  readonly onHealth: (transition: HealthTransition) => void;
}

export type RunnerStatus = Pick<
  SessionLiveStatus,
  'points_read' | 'error_count' | 'last_read_time' | 'device_health'
>;

/** Polls all devices of a session under one epoch. */
export class SessionRunner {
  readonly #options: SessionRunnerOptions;
  readonly #pollers: readonly DevicePoller[];
  readonly #health = new Map<string, DeviceHealth>();
  #pointsRead = 0;
  #errorCount = 0;
  #lastReadTime: string | null = null;
  #stopping: Promise<void> | undefined;

  constructor(options: SessionRunnerOptions) {
    this.#options = options;
    const { config, endpoints, clock, timers, backoff, permission, jitter } = options;
    this.#pollers = config.devices.map(
      (device) =>
        new DevicePoller({
          device,
          periodMs: config.period_ms,
          endpoint: endpoints.acquire(device.host, device.port),
          clock,
          timers,
          backoff,
          permission,
          jitter,
          onTick: (result) => this.#onTick(device, result),
        }),
    );
  }

  get sessionId(): string {
    return this.#options.sessionId;
  }

  get epoch(): number {
    return this.#options.epoch;
  }

  /** @param firstTicks by device id: ticks before it were read by an earlier holder */
  start(firstTicks: ReadonlyMap<string, number>): void {
    this.#options.config.devices.forEach((device, index) => {
      this.#pollers[index]?.start(firstTicks.get(device.id) ?? 0);
    });
  }

  /** Lets requests in flight finish, asks nothing more and closes the connections that nobody else uses. */
  stop(): Promise<void> {
    this.#stopping ??= Promise.all(this.#pollers.map((poller) => poller.stop())).then(() => {
      for (const { host, port } of this.#options.config.devices) this.#options.endpoints.release(host, port);
    });
    return this.#stopping;
  }

  /** Whether it will ask nothing more: its stop has begun, wherever the requests in flight are. */
  isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  status(): RunnerStatus {
    return {
      points_read: this.#pointsRead,
      error_count: this.#errorCount,
      last_read_time: this.#lastReadTime,
      device_health: Object.fromEntries(this.#health),
    };
  }

  #onTick(device: DeviceConfig, result: TickResult): void {
    const { sessionId, epoch, collectorId, config, onSample } = this.#options;
    const valuesRead = Object.keys(result.values).length;
    const integersRead = Object.keys(result.integers).length;
    const pointsRead = valuesRead + integersRead;
    const readAt = new Date(result.readAtMs).toISOString();
    this.#pointsRead += pointsRead;
    if (pointsRead > 0) this.#lastReadTime = readAt;
    if (result.miss) this.#errorCount += 1;
    this.#noteHealth(device, result, readAt);
    onSample({
      // 2 only for what readers of version 1 would get wrong, so that these go on with everything else.
      v: integersRead > 0 || result.uncertain.length > 0 ? 2 : 1,
      session: sessionId,
      epoch,
      collector: collectorId,
      task: config.task_id,
      device_id: device.id,
      device: device.code,
      site: device.site_code,
      measurement: device.measurement ?? device.code,
      tick: result.tick,
      period_ms: config.period_ms,
      time: tickTimeMs(result.tick, config.period_ms),
      read_at: result.readAtMs,
      ...(valuesRead > 0 ? { values: { ...result.values } } : {}),
      ...(integersRead > 0 ? { integers: { ...result.integers } } : {}),
      ...(result.uncertain.length > 0 ? { uncertain: [...result.uncertain] } : {}),
      ...(result.miss ? { miss: result.miss } : {}),
    });
  }

  #noteHealth(device: DeviceConfig, { miss, asked }: TickResult, readAt: string): void {
    // A tick for which nothing was asked says nothing new of the device.
    if (!asked) return;
    const known = this.#health.get(device.code);
    const before = known ?? unknownHealth;
    const after = miss ? afterFailure(before, miss.cause, miss.detail) : afterSuccess(before, readAt);
    this.#health.set(device.code, after);
    if (known?.status !== after.status) {
      this.#options.onHealth({ device, from: known?.status ?? null, to: after });
    }
  }
}
