import type { OutgoingSample } from '@holdfast/shared/contracts/sample/sample.ts';
import {
  type DeviceHealth,
  type LearnedLimits,
  learnedRangesOfDevice,
  learnedRangesOfSession,
  type SessionLiveStatus,
} from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { devicePeriodMs } from '@holdfast/shared/domain/rates/device-rates.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { PollObserver } from '../ports.ts';
import { changesWriter } from '../samples/sample-of-changes.ts';
import { sampleWriter } from '../samples/sample-of-tick.ts';
import type { SampleSource } from '../samples/sample-source.ts';
import { phaseMs, tickTimeMs } from '../samples/schedule.ts';
import type { ReadOfTick, Tick } from '../samples/tick.ts';
import { type AskedDevice, askedDevice } from './asked-device.ts';
import type { BackoffLimits } from './backoff.ts';
import { afterFailure, afterOverrun, afterSuccess, unknownHealth } from './device-health.ts';
import { DevicePoller, type DevicePollerOptions } from './device-poller.ts';
import { DeviceWatcher } from './device-watcher.ts';
import type { Endpoint, Permission } from './endpoint.ts';
import type { EndpointBreakers } from './endpoint-breakers.ts';
import type { Endpoints } from './endpoints.ts';
import { FailingPoints } from './failing-points.ts';
import { OverrunWindow } from './overrun-window.ts';
import { PointSets } from './point-sets.ts';
import type { SteadyClock } from './steady-clock.ts';
import { watchPolling } from './watchdog.ts';

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
  /** Where devices with the same points are found; those of the session when left out. */
  readonly pointSets?: PointSets;
  readonly clock: SteadyClock;
  readonly timers: Timers;
  readonly backoff: BackoffLimits;
  /** Between the first two looks at a point that its device refused; 30 s unless set. */
  readonly refusedPauseMs?: number;
  readonly permission: Permission;
  readonly jitter: () => number;
  /** 0…1: over how much of their period devices are spread; 0 unless set. */
  readonly spread?: number;
  /** Must not block. */
  readonly onSample: (sample: OutgoingSample, settled?: (isSafe: boolean) => void) => void;
  readonly onHealth: (transition: HealthTransition) => void;
  /** Called when something is wrong in this process that should not be: told loudly. */
  readonly onFault?: (fault: PollingFault) => void;
  readonly observer?: PollObserver | undefined;
}

export interface PollingFault {
  readonly device: DeviceConfig;
  readonly problem: string;
  readonly error?: unknown;
}

export type RunnerStatus = Pick<
  SessionLiveStatus,
  'points_read' | 'error_count' | 'last_read_time' | 'device_health'
>;

interface PolledDevice {
  readonly device: DeviceConfig;
  readonly asked: AskedDevice;
  readonly endpoint: Endpoint;
  readonly poller: DevicePoller | DeviceWatcher;
  readonly overruns: OverrunWindow;
  /** Ticks lost since the last request was over, and why: those before a timeout belong to the silence, not to a slow device. */
  lostMeanwhile: { ticks: number[]; detail: string };
  readonly failing: FailingPoints;
  lastTick: number;
  /** But for successes after the first in a row, see `successMs`. */
  health: DeviceHealth | undefined;
  /** ms since 1970, when it was read last, where its health has not taken note of it. */
  successMs: number | undefined;
}

/** Options of a device's poller or watcher. */
type CommonOptions = Omit<DevicePollerOptions, 'onTick'>;

/** Most ticks are as successful as the one before: then only the time is kept. */
function healthOf({ health, successMs, overruns, lastTick }: PolledDevice): DeviceHealth | undefined {
  if (!health) return undefined;
  const share = overruns.share(lastTick);
  return {
    ...health,
    ...(successMs === undefined ? {} : { last_success: new Date(successMs).toISOString() }),
    overrun_share: share > 0 ? share : undefined,
  };
}

/** The live state must fit into one message: of more devices than this, only those that are not healthy are told of fully. */
const fullyToldDevices = 1_000;

/** Lost ticks kept until the next answer: ten a second for as long as the window of overruns. */
const mostLostMeanwhile = 3_000;

/** Failing points that are told of one device, and of all devices of a session together. */
const failingOfDevice = 10;
const failingOfSession = 1_000;

/** A tick of a polled or a watched device. */
type AnyTick = Pick<Tick, 'tick' | 'readAtMs' | 'miss' | 'asked'> & { readonly readings: ReadOfTick };

function notePoints({ poller, failing }: PolledDevice, { tick, readings }: AnyTick): void {
  if (!readings.lost && failing.size === 0) return;
  const tickMs = tickTimeMs(tick, poller.periodMs);
  for (const { code, detail } of readings.lost ?? []) failing.failed(code, tickMs, detail);
  failing.readAgain((code) => readings.hasRead(code));
}

/** Lines that are told of what a device has taught. */
const learnedLines = 20;

/** Polls all devices of a session under one epoch. */
export class SessionRunner {
  readonly #options: Omit<SessionRunnerOptions, 'config' | 'pointSets'>;
  readonly #polled: readonly PolledDevice[];
  #stopWatch: () => void = () => undefined;
  #pointsRead = 0;
  #errorCount = 0;
  #lastReadMs: number | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: SessionRunnerOptions) {
    const { config, pointSets = new PointSets(), ...others } = options;
    this.#options = others;
    this.#polled = config.devices.map((device) => this.#pollDevice(device, pointSets, config));
  }

  get sessionId(): string {
    return this.#options.sessionId;
  }

  get epoch(): number {
    return this.#options.epoch;
  }

  /**
   * @param firstTicks by device id: ticks before it were read by an earlier holder
   * @param answering ids of devices that answered when they were read last
   */
  start(firstTicks: ReadonlyMap<string, number>, answering: ReadonlySet<string> = new Set()): void {
    for (const { device, asked, endpoint } of this.#polled) {
      if (answering.has(device.id)) this.#breakersOf(endpoint).unit(asked.pace.unit).expectAnswers();
    }
    for (const { device, poller } of this.#polled) poller.start(firstTicks.get(device.id) ?? 0);
    const watched = this.#polled.map(({ device, poller, endpoint }) => ({
      poller,
      endpoint,
      onStall: (problem: string) => this.#options.onFault?.({ device, problem }),
    }));
    this.#stopWatch = watchPolling(watched, this.#options.timers);
  }

  /** Lets requests in flight finish, asks nothing more and closes the connections that nobody else uses. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Whether it will ask nothing more: its stop has begun, wherever the requests in flight are. */
  isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** @returns whether it reads the device */
  forgetLearned(deviceId: string): boolean {
    const polled = this.#polled.filter(({ device }) => device.id === deviceId);
    for (const { poller } of polled) poller.forgetLearned();
    return polled.length > 0;
  }

  status(): RunnerStatus {
    let roomLeft = learnedRangesOfSession;
    let failingLeft = failingOfSession;
    const within = (limits: LearnedLimits): LearnedLimits => {
      const { excluded: all = [] } = limits as Partial<LearnedLimits>;
      const excluded = all.slice(0, Math.min(learnedRangesOfDevice, roomLeft));
      roomLeft -= excluded.length;
      const leftOut = all.length - excluded.length;
      return { ...limits, excluded, ...(leftOut > 0 ? { left_out: leftOut } : {}) };
    };
    return {
      points_read: this.#pointsRead,
      error_count: this.#errorCount,
      last_read_time: this.#lastReadMs === undefined ? null : new Date(this.#lastReadMs).toISOString(),
      device_health: Object.fromEntries(
        this.#polled.flatMap((polled) => {
          const { device, poller } = polled;
          const health = healthOf(polled);
          if (!health) return [];
          const limits = poller.learnedLimits() as LearnedLimits | undefined;
          const learnedLimits = limits && { learned_limits: within(limits) };
          const isBrief = this.#polled.length > fullyToldDevices && health.status === 'healthy';
          if (isBrief) return [[device.code, { ...health, ...learnedLimits }] as const];
          const learned = [...poller.learnedInWords(learnedLines)];
          const failing = polled.failing.first(Math.min(failingOfDevice, failingLeft));
          failingLeft -= failing.length;
          const told = {
            ...health,
            ...(polled.failing.size > 0 && { failing_count: polled.failing.size, failing_points: failing }),
            ...poller.record.told(),
            ...(learned.length > 0 ? { learned } : {}),
            ...learnedLimits,
          };
          return [[device.code, told] as const];
        }),
      ),
    };
  }

  #breakersOf(endpoint: Endpoint): EndpointBreakers {
    return endpoint.breakers(this.#options.backoff, this.#options.jitter);
  }

  async #stop(): Promise<void> {
    this.#stopWatch();
    await Promise.all(this.#polled.map(({ poller }) => poller.stop()));
    for (const { asked, endpoint } of this.#polled) this.#options.endpoints.release(asked, endpoint);
  }

  #pollDevice(configured: DeviceConfig, pointSets: PointSets, config: TaskConfig): PolledDevice {
    const { sessionId, epoch, collectorId, endpoints, spread = 0, onFault } = this.#options;
    const { refusedPauseMs } = this.#options;
    const driver = endpoints.driver(configured.protocol);
    const set = pointSets.of(configured.points, configured.protocol);
    // Keeps one of equal lists of points.
    const device = { ...configured, points: set.points };
    const asked = askedDevice(device, driver, set, { refusedPauseMs });
    // Every holder of the session has the same one towards the device.
    const endpoint = endpoints.acquire(asked, `${sessionId}-${device.id}`);
    const periodMs = devicePeriodMs(config.period_ms, device.points);
    const source = { sessionId, epoch, collectorId, taskId: config.task_id, device, periodMs };
    const { clock, timers, backoff, permission, jitter, observer } = this.#options;
    const common = {
      ...{ device: asked, taskPeriodMs: config.period_ms, phaseMs: phaseMs(device.id, periodMs, spread) },
      ...{ endpoint, clock, timers, backoff, permission, jitter, observer },
      onFault: (error: unknown) =>
        onFault?.({ device, problem: 'reading it met an unknown error and goes on', error }),
    };
    const noted = (result: AnyTick) => {
      this.#count(result);
      this.#noteHealth(polled, result);
    };
    const poller =
      asked.mode === 'subscribed'
        ? this.#watcher(common, source, noted)
        : this.#poller(common, source, noted);
    const polled: PolledDevice = {
      device,
      asked,
      endpoint,
      poller,
      overruns: new OverrunWindow(periodMs),
      lostMeanwhile: { ticks: [], detail: '' },
      failing: new FailingPoints(),
      lastTick: 0,
      health: undefined,
      successMs: undefined,
    };
    return polled;
  }

  #poller(common: CommonOptions, source: SampleSource, noted: (tick: AnyTick) => void): DevicePoller {
    const sampleOf = sampleWriter(source);
    const { onSample } = this.#options;
    return new DevicePoller({
      ...common,
      onTick: (result) => {
        noted(result);
        onSample(sampleOf(result));
      },
    });
  }

  #watcher(common: CommonOptions, source: SampleSource, noted: (tick: AnyTick) => void): DeviceWatcher {
    const sampleOf = changesWriter(source);
    const { onSample } = this.#options;
    return new DeviceWatcher({
      ...common,
      onTick: noted,
      send: (told, settled) => onSample(sampleOf(told), settled),
    });
  }

  #count({ readings: { readCount }, readAtMs, miss }: AnyTick): void {
    this.#pointsRead += readCount;
    if (readCount > 0) this.#lastReadMs = readAtMs;
    if (miss) this.#errorCount += 1;
  }

  #noteHealth(polled: PolledDevice, result: AnyTick): void {
    const { tick, miss, asked, readings, readAtMs } = result;
    const { device, overruns } = polled;
    polled.lastTick = tick;
    overruns.passed(tick);
    // A tick for which nothing was asked says nothing new of the device.
    if (!asked) {
      if (miss?.cause === 'overrun' && polled.lostMeanwhile.ticks.length < mostLostMeanwhile) {
        polled.lostMeanwhile.ticks.push(tick);
        polled.lostMeanwhile.detail = miss.detail;
      }
      return;
    }
    const lost = polled.lostMeanwhile;
    polled.lostMeanwhile = { ticks: [], detail: '' };
    const isSilent = miss?.cause === 'timeout' || miss?.cause === 'connection';
    if (!isSilent) for (const each of lost.ticks) overruns.lost(each);
    const isSlow = overruns.isSlow(tick);
    notePoints(polled, result);
    if (!miss && !isSlow && polled.health?.status === 'healthy') {
      polled.successMs = readAtMs;
      return;
    }
    const known = healthOf(polled);
    polled.successMs = undefined;
    const before = known ?? unknownHealth;
    const readAt = new Date(readAtMs).toISOString();
    const outcome = miss
      ? afterFailure(before, miss.cause, miss.detail, readings.readCount > 0 ? readAt : undefined)
      : afterSuccess(before, readAt, isSlow);
    const after =
      isSlow && lost.ticks.length > 0
        ? afterOverrun(outcome, { share: overruns.share(tick), detail: lost.detail })
        : outcome;
    polled.health = after;
    if (known?.status !== after.status) {
      this.#options.onHealth({ device, from: known?.status ?? null, to: after });
    }
  }
}
