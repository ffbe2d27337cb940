import { type OutgoingSample, sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { PollObserver } from '../ports.ts';
import { changesWriter } from '../samples/sample-of-changes.ts';
import { sampleWriter } from '../samples/sample-of-tick.ts';
import { membersOf, type SampleSource } from '../samples/sample-source.ts';
import { phaseMs, tickTimeMs } from '../samples/schedule.ts';
import type { ReadOfTick, Tick } from '../samples/tick.ts';
import type { BackoffLimits } from './backoff.ts';
import { afterFailure, afterOverrun, afterSuccess, unknownHealth } from './device-health.ts';
import { DevicePoller } from './device-poller.ts';
import type { DeviceReaderOptions } from './device-reader.ts';
import { DeviceWatcher } from './device-watcher.ts';
import type { Endpoint, Permission } from './endpoint.ts';
import type { Endpoints } from './endpoints.ts';
import { FailingPoints } from './failing-points.ts';
import { OverrunWindow } from './overrun-window.ts';
import { type PlannedDevice, sameValues } from './planned-device.ts';
import type { SteadyClock } from './steady-clock.ts';

/** A tick of a polled or a watched device. */
export type AnyTick = Pick<Tick, 'tick' | 'readAtMs' | 'miss' | 'wasAsked'> & {
  readonly readings: ReadOfTick;
};

export interface HealthTransition {
  readonly device: DeviceConfig;
  readonly from: DeviceHealth['status'] | null;
  readonly to: DeviceHealth;
}

export interface PollingFault {
  readonly device: DeviceConfig;
  readonly problem: string;
  readonly error?: unknown;
}

/** The options that all devices of a session have in common. */
export interface PollingOptions {
  readonly sessionId: string;
  readonly epoch: number;
  readonly collectorId: string;
  readonly taskId: string;
  /** Version with which the placement was made: samples of another version name it. */
  readonly placedVersion: number;
  readonly endpoints: Endpoints;
  readonly clock: SteadyClock;
  readonly timers: Timers;
  readonly backoff: BackoffLimits;
  readonly permission: Permission;
  readonly jitter: () => number;
  /** 0…1: share of their period over which devices are spread; 0 unless set. */
  readonly spread?: number | undefined;
  /** Must not block. */
  readonly onSample: (sample: OutgoingSample, settled?: (isSafe: boolean) => void) => void;
  readonly onHealth: (transition: HealthTransition) => void;
  /** Notified of faults in this process that should not happen. */
  readonly onFault?: ((fault: PollingFault) => void) | undefined;
  readonly observer?: PollObserver | undefined;
  /** Notified of every result. */
  readonly onTick: (tick: AnyTick) => void;
}

/** Options of a device's poller or watcher. */
type CommonOptions = DeviceReaderOptions & { readonly endpoint: Endpoint };

const leaseMiss = {
  cause: 'lease_lost',
  detail:
    'the lease of the collector ran out, since NATS did not confirm it in time or the collector stood still: it read nothing until it held the lease again',
} as const;
const forgetWithinMs = 2_000;

/** Most lost ticks kept until the next answer: ten a second for the length of the overrun window. */
const mostLostMeanwhile = 3_000;

/** One device as one version of the configuration reads it: its poller or watcher, its endpoint and its health. */
export class PolledDevice {
  readonly planned: PlannedDevice;
  readonly endpoint: Endpoint;
  readonly poller: DevicePoller | DeviceWatcher;
  readonly failing: FailingPoints;
  readonly #options: PollingOptions;
  readonly #source: SampleSource;
  readonly #overruns: OverrunWindow;
  /**
   * Ticks lost since the last request was over, and why. Those before a timeout belong to the silence, not to a slow
   * device.
   */
  #lostMeanwhile: { ticks: number[]; detail: string } = { ticks: [], detail: '' };
  #lastTick = 0;
  /** Does not show successes after the first in a row: see `#successMs`. */
  #health: DeviceHealth | undefined;
  /**
   * ms since 1970, when the device was read last, where `#health` does not show it. Most ticks succeed like the one
   * before.
   */
  #successMs: number | undefined;
  #isReleased = false;

  /** @param former the reader of the device until now, by another version */
  constructor(planned: PlannedDevice, options: PollingOptions, former?: PolledDevice) {
    const { device, target, taskPeriodMs, periodMs, configVersion } = planned;
    const { sessionId, epoch, collectorId, taskId, placedVersion, endpoints, spread = 0 } = options;
    this.planned = planned;
    this.#options = options;
    // Every holder of the session uses the same identity towards the device.
    this.endpoint = endpoints.acquire(target, `${sessionId}-${device.id}`);
    const version = configVersion === placedVersion ? undefined : configVersion;
    const source = { sessionId, epoch, collectorId, taskId, device, periodMs, configVersion: version };
    this.#source = source;
    const { clock, timers, backoff, permission, jitter, observer, onFault } = options;
    const goesOnFrom = former && {
      ...former.poller.reading(),
      isSame: sameValues(former.planned.device, device),
    };
    const common: CommonOptions = {
      ...{ device: target, taskPeriodMs, phaseMs: phaseMs(device.id, periodMs, spread) },
      ...{ endpoint: this.endpoint, clock, timers, backoff, permission, jitter, observer },
      onFault: (error: unknown) =>
        onFault?.({ device, problem: 'reading it met an unknown error and goes on', error }),
      former: goesOnFrom,
    };
    this.poller = target.mode === 'subscribed' ? this.#watcher(common, source) : this.#poller(common, source);
    this.#overruns = former?.planned.periodMs === periodMs ? former.#overruns : new OverrunWindow(periodMs);
    this.failing = former?.failing ?? new FailingPoints();
    if (former) this.#goOnFrom(former);
  }

  /** Health of the device, once it was asked. */
  health(): DeviceHealth | undefined {
    const health = this.#health;
    if (!health) return undefined;
    const share = this.#overruns.share(this.#lastTick);
    const successMs = this.#successMs;
    return {
      ...health,
      ...(successMs === undefined ? {} : { last_success: new Date(successMs).toISOString() }),
      overrun_share: share > 0 ? share : undefined,
    };
  }

  /** Reports that these ticks were not read because the right to poll was gone. */
  leaseLost(from: number, to: number): void {
    const { onSample, observer, clock } = this.#options;
    const { periodMs } = this.planned;
    observer?.onTick({ values: 0, missCause: leaseMiss.cause, latenessMs: undefined, ticks: to - from + 1 });
    onSample({
      ...{ v: sampleVersion, ...membersOf(this.#source), tick: from, through_tick: to, period_ms: periodMs },
      ...{ time: tickTimeMs(from, periodMs), read_at: Math.round(clock.nowMs()), miss: leaseMiss },
    });
  }

  /** Closes the connection unless others use it. Idempotent. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#options.endpoints.release(this.planned.target, this.endpoint);
  }

  /**
   * Has the source of a subscribed device forget this session: otherwise it keeps messages for a client that never comes.
   * A source that is not there forgets by itself in time.
   */
  async forgetAtSource(): Promise<void> {
    const { mode } = this.planned.target;
    if (mode !== 'subscribed' || !this.#options.permission()) return;
    await this.endpoint.link.forget?.(forgetWithinMs).catch(() => undefined);
  }

  #goOnFrom(former: PolledDevice): void {
    const codes = new Set(this.planned.target.set.list.codes);
    this.failing.keepOnly((code) => codes.has(code));
    this.#health = former.#health;
    this.#successMs = former.#successMs;
    this.#lostMeanwhile = former.#lostMeanwhile;
    const { periodMs } = this.planned;
    this.#lastTick = Math.floor(tickTimeMs(former.#lastTick, former.planned.periodMs) / periodMs);
  }

  #poller(common: CommonOptions, source: SampleSource): DevicePoller {
    const sampleOf = sampleWriter(source);
    const { onSample } = this.#options;
    return new DevicePoller({
      ...common,
      onTick: (result) => {
        this.#noted(result);
        onSample(sampleOf(result));
      },
    });
  }

  #watcher(common: CommonOptions, source: SampleSource): DeviceWatcher {
    const sampleOf = changesWriter(source);
    const { onSample } = this.#options;
    return new DeviceWatcher({
      ...common,
      onTick: (result) => this.#noted(result),
      send: (tick, settled) => onSample(sampleOf(tick), settled),
    });
  }

  #noted(result: AnyTick): void {
    this.#options.onTick(result);
    this.#noteHealth(result);
  }

  #notePoints({ tick, readings }: AnyTick): void {
    const { failing } = this;
    if (!readings.lost && failing.size === 0) return;
    const tickMs = tickTimeMs(tick, this.planned.periodMs);
    for (const { code, detail } of readings.lost ?? []) failing.failed(code, tickMs, detail);
    failing.readAgain((code) => readings.hasRead(code));
  }

  #noteHealth(result: AnyTick): void {
    const { tick, miss, wasAsked, readings, readAtMs } = result;
    const overruns = this.#overruns;
    this.#lastTick = tick;
    overruns.passed(tick);
    // A tick without a request says nothing new about the device.
    if (!wasAsked) {
      if (miss?.cause === 'overrun' && this.#lostMeanwhile.ticks.length < mostLostMeanwhile) {
        this.#lostMeanwhile.ticks.push(tick);
        this.#lostMeanwhile.detail = miss.detail;
      }
      return;
    }
    const lost = this.#lostMeanwhile;
    if (lost.ticks.length > 0) this.#lostMeanwhile = { ticks: [], detail: '' };
    const isSilent = miss?.cause === 'timeout' || miss?.cause === 'connection';
    if (!isSilent) for (const each of lost.ticks) overruns.lost(each);
    const isSlow = overruns.isSlow(tick);
    this.#notePoints(result);
    if (!miss && !isSlow && this.#health?.status === 'healthy') {
      this.#successMs = readAtMs;
      return;
    }
    const formerHealth = this.health();
    this.#successMs = undefined;
    const before = formerHealth ?? unknownHealth;
    const readAt = new Date(readAtMs).toISOString();
    const outcome = miss
      ? afterFailure(before, miss.cause, miss.detail, readings.readCount > 0 ? readAt : undefined)
      : afterSuccess(before, readAt, isSlow);
    const after =
      isSlow && lost.ticks.length > 0
        ? afterOverrun(outcome, { share: overruns.share(tick), detail: lost.detail })
        : outcome;
    this.#health = after;
    if (formerHealth?.status === after.status) return;
    this.#options.onHealth({ device: this.planned.device, from: formerHealth?.status ?? null, to: after });
  }
}
