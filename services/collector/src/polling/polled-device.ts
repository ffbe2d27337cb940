import { type OutgoingSample, sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { Words } from '@holdfast/texts/text.ts';
import type { PollObserver } from '../ports.ts';
import { changesWriter } from '../samples/sample-of-changes.ts';
import { sampleWriter } from '../samples/sample-of-tick.ts';
import { membersOf, type SampleSource } from '../samples/sample-source.ts';
import { phaseMs, tickTimeMs } from '../samples/schedule.ts';
import type { ReadOfTick, Tick } from '../samples/tick.ts';
import type { BackoffLimits } from './backoff.ts';
import { afterFailure, afterOverrun, afterSuccess, unknownHealth } from './device-health.ts';
import { DevicePoller } from './device-poller.ts';
import { maxClockDifferenceMs } from './device-reader.ts';
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
  /** 0…1: share of their period over which devices are spread. Default: 0. */
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

const leaseMiss = {
  cause: 'lease_lost',
  detail: collectorText('lease_ran_out'),
} as const;
const forgetWithinMs = 2_000;

/** Most lost ticks kept until the next answer: ten a second for the length of the overrun window. */
const mostLostMeanwhile = 3_000;

export interface LastTickRead {
  readonly tick: number;
  readonly periodMs: number;
  /** When it had its result, on the monotonic clock. */
  readonly atMonotonicMs: number;
}

/** Time by which ticks without a lease may seem longer than they were: readings are not over at their scheduled time. */
const leaseToleranceMs = 1_000;

/** How a device is read by one version of the configuration. */
interface Reading {
  readonly planned: PlannedDevice;
  readonly endpoint: Endpoint;
  readonly poller: DevicePoller | DeviceWatcher;
  readonly source: SampleSource;
  readonly overruns: OverrunWindow;
  lastTick: number;
  isReleased: boolean;
}

/** How a device is read from a certain time on. */
interface Next {
  /** Undefined: the device is not read at all. */
  readonly planned: PlannedDevice | undefined;
  /** ms since 1970: ticks scheduled then or later are read this way. */
  readonly fromMs: number;
  /** The change was heard of too late: ticks scheduled meanwhile belong to no version. */
  readonly isLate: boolean;
  /** Other devices that use its endpoint in a way that cannot be shared, and are about to leave it. */
  readonly leaving: readonly PolledDevice[];
}

/**
 * One device of a session, across the versions of the configuration: its reading and its health. The poller or watcher of
 * the former version answers for all ticks before the change, and its successor begins only then, so two never ask the
 * device.
 */
export class PolledDevice {
  readonly failing = new FailingPoints();
  readonly #options: PollingOptions;
  #present: Reading | undefined;
  /** By rising time. */
  #queue: Next[] = [];
  /** Scheduled time of the last tick that was read, by any version. */
  #readThroughMs = -1;
  /** True when the device was changed while others used its endpoint in another way: all its requests fail. */
  #isRefused = false;
  #isChangingOver = false;
  #changingOver: Promise<void> = Promise.resolve();
  #isStopped = false;
  /**
   * Ticks lost since the last request was over, and why. Those before a timeout belong to the silence, not to a slow
   * device.
   */
  #lostMeanwhile: { ticks: number[]; detail: Words } = { ticks: [], detail: '' };
  /** Does not show successes after the first in a row: see `#successMs`. */
  #health: DeviceHealth | undefined;
  /**
   * ms since 1970, when the device was read last, where `#health` does not show it. Most ticks succeed like the one
   * before.
   */
  #successMs: number | undefined;

  constructor(options: PollingOptions, planned?: PlannedDevice) {
    this.#options = options;
    this.#present = planned && this.#open(planned);
  }

  /** Undefined before the first reading, between two versions, and after the device was removed. */
  get present(): Pick<Reading, 'planned' | 'endpoint' | 'poller'> | undefined {
    return this.#present;
  }

  /** Health of the device, once it was asked. */
  health(): DeviceHealth | undefined {
    const health = this.#health;
    if (!health || !this.#present) return undefined;
    const { overruns, lastTick } = this.#present;
    const share = overruns.share(lastTick);
    const successMs = this.#successMs;
    return {
      ...health,
      ...(successMs === undefined ? {} : { last_success: new Date(successMs).toISOString() }),
      overrun_share: share > 0 ? share : undefined,
    };
  }

  /** True while the device is or will be read. */
  isNeeded(): boolean {
    return this.#present !== undefined || this.#queue.length > 0;
  }

  /** How the device is read right before a time; undefined: not at all. */
  plannedBefore(ms: number): PlannedDevice | undefined {
    const queued = this.#queue.findLast(({ fromMs }) => fromMs < ms);
    return queued ? queued.planned : this.#present?.planned;
  }

  /**
   * Keeps the way in which the device is read right before a time; later changes are taken back.
   * @returns false when another version already reads it, or is about to
   */
  keep(ms: number): boolean {
    const before = this.#queue.filter(({ fromMs }) => fromMs < ms);
    if (before.length === 0 && !this.#present?.poller.goOn()) return false;
    this.#queue = before;
    return true;
  }

  /** Reads the device in this way from a time on; changes planned for later are taken back. */
  change(next: Next): void {
    this.#queue = [...this.#queue.filter(({ fromMs }) => fromMs < next.fromMs), next];
    this.#endPresent();
    if (!this.#isChangingOver) this.#changingOver = this.#changeOver();
  }

  /** Opens the device's endpoint after all, once those who used it in another way have given it up. */
  openIfFree(): void {
    const planned = this.#present?.planned;
    if (!planned || !this.#isRefused || this.#queue.length > 0) return;
    const { endpoints, clock } = this.#options;
    if (endpoints.conflictOf(planned.target.identity)) return;
    this.change({ planned, fromMs: clock.nowMs(), isLate: true, leaving: [] });
  }

  /**
   * Goes on where an earlier holder of the session has ended.
   * @param firstMs ms since 1970: no version reads a tick scheduled before this time
   * @param lastRead where this process had left off when it lost its lease: the ticks since are reported as lost to
   *   that
   */
  start(firstMs: number, lastRead?: LastTickRead): void {
    const isAhead = firstMs > this.#options.clock.nowMs() + maxClockDifferenceMs;
    if (!isAhead) this.#readThroughMs = firstMs - 1;
    const present = this.#present;
    if (!present) return;
    const { poller, planned } = present;
    const firstTick = Math.ceil(firstMs / planned.periodMs);
    const begunAt = poller.start(firstTick);
    if (lastRead?.periodMs !== planned.periodMs) return;
    const from = Math.max(firstTick, lastRead.tick + 1);
    const passedMs = this.#options.clock.monotonicMs() - lastRead.atMonotonicMs;
    // A clock that leapt takes the lease as well, and brings ticks that never were, over years at worst.
    const hasLeapt = (begunAt - from) * planned.periodMs > passedMs + planned.periodMs + leaseToleranceMs;
    if (from < begunAt && !hasLeapt) this.#leaseLost(present, from, begunAt - 1);
  }

  /** The last tick that was read; undefined before the first one. */
  lastTickRead(): LastTickRead | undefined {
    if (!this.#present) return undefined;
    const { poller, planned } = this.#present;
    const { readThrough: tick, lastResultMs: atMonotonicMs } = poller;
    return tick < 0 ? undefined : { tick, periodMs: planned.periodMs, atMonotonicMs };
  }

  /** Lets a request in flight finish, asks nothing more and closes the connection unless others use it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#present?.poller.stop();
    await this.#changingOver;
    this.#release(this.#present);
  }

  /**
   * Has the source of a subscribed device forget this session. Otherwise it keeps messages for a client that never comes.
   * A source that is not there forgets by itself in time.
   */
  async forgetAtSource(): Promise<void> {
    if (this.#present?.planned.target.mode !== 'subscribed' || !this.#options.permission()) return;
    await this.#present.endpoint.link.forget?.(forgetWithinMs).catch(() => undefined);
  }

  #endPresent(): void {
    const [first] = this.#queue;
    const present = this.#present;
    if (first) present?.poller.endBefore(Math.ceil(first.fromMs / present.planned.periodMs));
  }

  async #changeOver(): Promise<void> {
    this.#isChangingOver = true;
    try {
      while (this.#queue.length > 0) {
        const former = this.#present;
        await former?.poller.over;
        // Without the right to poll, the next holder makes the change.
        if (this.#isStopped || former?.poller.hasEnded() === false) return;
        if (!this.#queue[0]?.planned) await this.forgetAtSource();
        if (former) {
          const readMs = former.poller.readThrough * former.planned.periodMs;
          this.#readThroughMs = Math.max(this.#readThroughMs, readMs);
        }
        while (!this.#follow(former)) {
          this.#present = undefined;
          const others = this.#queue[0]?.leaving ?? [];
          await Promise.all(others.map((other) => other.#untilLeft(other.#present)));
          if (this.#isStopped) return;
        }
      }
    } finally {
      this.#isChangingOver = false;
    }
  }

  /** @returns false while others, about to leave it, use the endpoint in another way */
  #follow(former: Reading | undefined): boolean {
    const [next] = this.#queue;
    if (!next) return true;
    const { planned, fromMs, isLate, leaving } = next;
    if (!planned) {
      this.#release(former);
      this.#present = undefined;
      this.#forget();
      this.#queue.shift();
      return true;
    }
    const { endpoints } = this.#options;
    const { identity } = planned.target;
    // Two connections with one name would push each other out.
    if (!identity.isExclusive || endpoints.conflictOf(identity)) this.#release(former);
    if (endpoints.conflictOf(identity) && leaving.some((other) => other.#isLeaving())) return false;
    this.#isRefused = identity.isExclusive && endpoints.conflictOf(identity) !== undefined;
    const present = this.#open(planned, former);
    this.#release(former);
    this.#present = present;
    this.#queue.shift();
    // Ticks that a late former reader has read are not read again.
    const { periodMs } = planned;
    const unread = Math.floor(this.#readThroughMs / periodMs) + 1;
    const firstTick = Math.max(Math.ceil(fromMs / periodMs), unread);
    if (isLate) present.poller.start(firstTick);
    else present.poller.startAt(firstTick);
    this.#endPresent();
    return true;
  }

  #isLeaving(): boolean {
    return this.#isChangingOver && this.#present !== undefined;
  }

  /** Resolves when this device has given up the endpoint of `present`. */
  async #untilLeft(present: Reading | undefined): Promise<void> {
    while (present && this.#present === present && this.#isChangingOver) await this.#changingOver;
  }

  /** Reports that these ticks were not read because the right to poll was gone. */
  #leaseLost({ planned: { periodMs }, source }: Reading, from: number, to: number): void {
    const { onSample, observer, clock } = this.#options;
    observer?.onTick({ values: 0, missCause: leaseMiss.cause, latenessMs: undefined, ticks: to - from + 1 });
    onSample({
      ...{ v: sampleVersion, ...membersOf(source), tick: from, through_tick: to, period_ms: periodMs },
      ...{ time: tickTimeMs(from, periodMs), read_at: Math.round(clock.nowMs()), miss: leaseMiss },
    });
  }

  /** @param former how the device was read until now, by another version */
  #open(planned: PlannedDevice, former?: Reading): Reading {
    const { device, target, taskPeriodMs, periodMs, configVersion } = planned;
    const { sessionId, epoch, collectorId, taskId, placedVersion, endpoints, spread = 0 } = this.#options;
    const { clock, timers, backoff, permission, jitter, observer, onFault, onSample } = this.#options;
    // Every holder of the session uses the same identity towards the device.
    const endpoint = endpoints.acquire(target, `${sessionId}-${device.id}`);
    const version = configVersion === placedVersion ? undefined : configVersion;
    const source = { sessionId, epoch, collectorId, taskId, device, periodMs, configVersion: version };
    const common = {
      ...{ device: target, taskPeriodMs, phaseMs: phaseMs(device.id, periodMs, spread) },
      ...{ endpoint, clock, timers, backoff, permission, jitter, observer },
      onFault: (error: unknown) =>
        onFault?.({ device, problem: 'reading it met an unknown error and goes on', error }),
      former: former && {
        ...former.poller.reading(),
        isSame: sameValues(former.planned.device, device),
      },
    };
    const newPoller = () => {
      const sampleOf = sampleWriter(source);
      const onTick = (tick: Tick) => {
        this.#note(reading, tick);
        onSample(sampleOf(tick));
      };
      return new DevicePoller({ ...common, onTick });
    };
    const newWatcher = () => {
      const sampleOf = changesWriter(source);
      return new DeviceWatcher({
        ...common,
        onTick: (tick) => this.#note(reading, tick),
        send: (part, settled) => onSample(sampleOf(part), settled),
      });
    };
    const formerTimeMs = former ? tickTimeMs(former.lastTick, former.planned.periodMs) : 0;
    const reading: Reading = {
      ...{ planned, endpoint, source },
      poller: target.mode === 'subscribed' ? newWatcher() : newPoller(),
      overruns: former?.planned.periodMs === periodMs ? former.overruns : new OverrunWindow(periodMs),
      lastTick: Math.floor(formerTimeMs / periodMs),
      isReleased: false,
    };
    const codes = new Set(target.set.list.codes);
    this.failing.keepOnly((code) => codes.has(code));
    return reading;
  }

  /** Closes the connection unless others use it. Idempotent. */
  #release(reading: Reading | undefined): void {
    if (!reading || reading.isReleased) return;
    reading.isReleased = true;
    this.#options.endpoints.release(reading.planned.target, reading.endpoint);
  }

  /** The device was removed. */
  #forget(): void {
    this.failing.keepOnly(() => false);
    this.#health = undefined;
    this.#successMs = undefined;
    this.#lostMeanwhile = { ticks: [], detail: '' };
  }

  #notePoints(periodMs: number, { tick, readings }: AnyTick): void {
    const { failing } = this;
    if (!readings.lost && failing.size === 0) return;
    const tickMs = tickTimeMs(tick, periodMs);
    for (const { code, detail } of readings.lost ?? []) failing.failed(code, tickMs, detail);
    failing.readAgain((code) => readings.hasRead(code));
  }

  #note(reading: Reading, result: AnyTick): void {
    this.#options.onTick(result);
    const { tick, miss, wasAsked, readings, readAtMs } = result;
    const { overruns, planned } = reading;
    reading.lastTick = tick;
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
    this.#notePoints(planned.periodMs, result);
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
    this.#options.onHealth({ device: planned.device, from: formerHealth?.status ?? null, to: after });
  }
}
