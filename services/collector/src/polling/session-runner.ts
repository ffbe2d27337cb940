import {
  type DeviceHealth,
  type LearnedLimits,
  learnedRangesOfDevice,
  learnedRangesOfSession,
  type SessionLiveStatus,
} from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { pause } from '@holdfast/shared/runtime/timers.ts';
import { isAtSamePlace, isReadAlike, type PlannedDevice, planDevice } from './planned-device.ts';
import { PointSets } from './point-sets.ts';
import { type AnyTick, type LastTickRead, PolledDevice, type PollingOptions } from './polled-device.ts';
import { watchPolling } from './watchdog.ts';

export type { HealthTransition, PollingFault } from './polled-device.ts';

export interface SessionRunnerOptions extends Omit<PollingOptions, 'taskId' | 'placedVersion' | 'onTick'> {
  readonly config: TaskConfig;
  /** Version with which the placement was made; the configuration's own version when left out. */
  readonly placedVersion?: number;
  /** Finds devices with the same points; the session has its own when left out. */
  readonly pointSets?: PointSets;
  /** Pause between the first two looks at a point that its device refused; 30 s unless set. */
  readonly refusedPauseMs?: number;
}

/** A version that takes effect at a certain time, in ms since 1970. */
export interface ComingVersion {
  readonly config: TaskConfig;
  readonly fromMs: number;
}

export type RunnerStatus = Pick<
  SessionLiveStatus,
  'points_read' | 'error_count' | 'last_read_time' | 'device_health'
>;

/** From so many devices on, only unhealthy ones are described fully: the live state must fit into one message. */
const fullyToldDevices = 1_000;

/** Most failing points described for one device, and for all devices of a session together. */
const failingOfDevice = 10;
const failingOfSession = 1_000;

/** Most lines about what a device has taught. */
const learnedLines = 20;

/** After so long, planning of changed devices pauses to let polling go on. */
const planningInARowMs = 5;

/** Polls all devices of a session under one epoch, through all versions of its configuration. */
export class SessionRunner {
  readonly #options: PollingOptions;
  readonly #planning: { readonly pointSets: PointSets; readonly refusedPauseMs: number | undefined };
  /** By id of the device, in the order of the configuration. */
  #polledDevices: Map<string, PolledDevice>;
  #stopWatch: () => void = () => undefined;
  #pointsRead = 0;
  #errorCount = 0;
  #lastReadMs: number | undefined;
  #stopping: Promise<void> | undefined;
  #isLeaseLost = false;

  constructor(options: SessionRunnerOptions) {
    const { config, pointSets = new PointSets(), refusedPauseMs, ...others } = options;
    const { placedVersion = config.config_version } = options;
    const onTick = (tick: AnyTick) => this.#count(tick);
    this.#options = { ...others, taskId: config.task_id, placedVersion, onTick };
    this.#planning = { pointSets, refusedPauseMs };
    this.#polledDevices = new Map(
      config.devices.map((device) => [
        device.id,
        new PolledDevice(this.#options, this.#plan(device, config)),
      ]),
    );
  }

  get sessionId(): string {
    return this.#options.sessionId;
  }

  get epoch(): number {
    return this.#options.epoch;
  }

  /** Configurations of the devices as they are read now. */
  *devices(): Generator<DeviceConfig> {
    for (const { present } of this.#polledDevices.values()) if (present) yield present.planned.device;
  }

  /**
   * @param firstMs by device id, ms since 1970: an earlier holder has read the ticks scheduled before
   * @param answering ids of devices that answered when they were read last
   * @param lastReads by device id, where this process had left off when it lost its lease
   */
  start(
    firstMs: ReadonlyMap<string, number>,
    answering: ReadonlySet<string> = new Set(),
    lastReads: ReadonlyMap<string, LastTickRead> = new Map(),
  ): void {
    if (this.#stopping) return;
    const { backoff, jitter, timers } = this.#options;
    for (const [id, { present }] of this.#polledDevices) {
      if (!present || !answering.has(id)) continue;
      const { endpoint, planned } = present;
      endpoint.breakers(backoff, jitter).unit(planned.target.pace.unit).expectAnswers();
    }
    for (const [id, polledDevice] of this.#polledDevices) {
      polledDevice.start(firstMs.get(id) ?? 0, lastReads.get(id));
    }
    this.#stopWatch = watchPolling(() => this.#watched(), timers);
  }

  /**
   * Starts while one version replaces the other: no tick of the next version is read by the former one, even if its
   * time has already come.
   * @throws where the next one cannot be planned; then all devices are read by the former one
   */
  async startAround(
    { config, fromMs }: ComingVersion,
    firstMs: ReadonlyMap<string, number>,
    answering: ReadonlySet<string>,
    lastReads?: ReadonlyMap<string, LastTickRead>,
  ): Promise<void> {
    try {
      const changed = await this.#changes(config, fromMs);
      if (!this.#stopping) this.#change(config, fromMs, changed);
    } finally {
      // No pause in between: devices that only the next version has are opened right after the start.
      this.start(firstMs, answering, lastReads);
    }
  }

  /**
   * From a time on, reads the devices as this version says, in ticks scheduled then or later. Devices that the change
   * does not touch notice nothing. A change that is not in force yet is replaced by the next one.
   * @param fromMs ms since 1970
   */
  async reconfigure(config: TaskConfig, fromMs: number): Promise<void> {
    const changed = await this.#changes(config, fromMs);
    if (!this.#stopping) this.#change(config, fromMs, changed);
  }

  #change(config: TaskConfig, fromMs: number, changed: Map<string, PlannedDevice | undefined>): void {
    const isLate = this.#options.clock.nowMs() >= fromMs;
    const polledDevices = new Map<string, PolledDevice>();
    for (const device of config.devices) {
      const polledDevice = this.#polledDevices.get(device.id) ?? new PolledDevice(this.#options);
      polledDevices.set(device.id, polledDevice);
      // Where an earlier change can no longer be taken back, the device changes once more.
      const isAlike = !changed.has(device.id);
      if (isAlike && !polledDevice.keep(fromMs)) {
        changed.set(device.id, this.#plan(device, config, polledDevice));
      }
    }
    for (const [id, each] of this.#polledDevices) if (!polledDevices.has(id)) polledDevices.set(id, each);
    this.#polledDevices = polledDevices;
    const changing = byEndpoint([...changed.keys()].flatMap((id) => polledDevices.get(id) ?? []));
    for (const [id, planned] of changed) {
      const polledDevice = polledDevices.get(id);
      const leaving = planned && polledDevice ? devicesToLeave(changing, polledDevice, planned) : [];
      polledDevice?.change({ planned, fromMs, isLate, leaving });
    }
  }

  /** Lets requests in flight finish, asks nothing more, and closes the connections that are otherwise unused. */
  stop({ isLeaseLost = false } = {}): Promise<void> {
    if (!this.#stopping) this.#isLeaseLost = isLeaseLost;
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Call it after {@link stop} when the session is over for good. */
  async forgetAtSources(): Promise<void> {
    await Promise.all([...this.#polledDevices.values()].map((each) => each.forgetAtSource()));
  }

  /** Whether the stop has begun: nothing more will be asked, even if requests are still in flight. */
  isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** Once stopped because the lease was lost: up to where each device was read, by its id. */
  leftOff(): ReadonlyMap<string, LastTickRead> {
    const ticks = new Map<string, LastTickRead>();
    if (!this.#isLeaseLost) return ticks;
    for (const [id, polledDevice] of this.#polledDevices) {
      const last = polledDevice.lastTickRead();
      if (last) ticks.set(id, last);
    }
    return ticks;
  }

  /** @returns whether it reads the device */
  forgetLearned(deviceId: string): boolean {
    const present = this.#polledDevices.get(deviceId)?.present;
    present?.poller.forgetLearned();
    return present !== undefined;
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
    const tell = (polledDevice: PolledDevice): readonly [string, DeviceHealth][] => {
      const { present, failing } = polledDevice;
      const health = polledDevice.health();
      if (!present || !health) return [];
      const { poller, planned } = present;
      const { code } = planned.device;
      const limits = poller.learnedLimits() as LearnedLimits | undefined;
      const learnedLimits = limits && { learned_limits: within(limits) };
      const isBrief = this.#polledDevices.size > fullyToldDevices && health.status === 'healthy';
      if (isBrief) return [[code, { ...health, ...learnedLimits }]];
      const learned = [...poller.learnedInWords(learnedLines)];
      const first = failing.first(Math.min(failingOfDevice, failingLeft));
      failingLeft -= first.length;
      const common = {
        ...health,
        ...(failing.size > 0 && { failing_count: failing.size, failing_points: first }),
        ...poller.record.report(),
        ...(learned.length > 0 ? { learned } : {}),
        ...learnedLimits,
      };
      return [[code, common]];
    };
    return {
      points_read: this.#pointsRead,
      error_count: this.#errorCount,
      last_read_time: this.#lastReadMs === undefined ? null : new Date(this.#lastReadMs).toISOString(),
      device_health: Object.fromEntries([...this.#polledDevices.values()].flatMap(tell)),
    };
  }

  *#watched() {
    for (const [id, polledDevice] of this.#polledDevices) {
      polledDevice.openIfFree();
      const { present } = polledDevice;
      if (!present) {
        if (!polledDevice.isNeeded()) this.#polledDevices.delete(id);
        continue;
      }
      const { poller, endpoint, planned } = present;
      const onStall = (problem: string) => this.#options.onFault?.({ device: planned.device, problem });
      yield { poller, endpoint, onStall };
    }
  }

  #plan(device: DeviceConfig, config: TaskConfig, polledDevice?: PolledDevice): PlannedDevice {
    const { endpoints } = this.#options;
    const former = polledDevice?.present;
    const isSame = former && isAtSamePlace(former.planned.device, device);
    const learned = isSame ? former.poller.learnedLimits() : undefined;
    return planDevice(device, config, { endpoints, ...this.#planning }, learned);
  }

  /** By id, the devices that are read in another way than now, or no longer at all. */
  async #changes(config: TaskConfig, fromMs: number): Promise<Map<string, PlannedDevice | undefined>> {
    const changed = new Map<string, PlannedDevice | undefined>();
    const { clock, timers } = this.#options;
    let sinceMs = clock.monotonicMs();
    for (const device of config.devices) {
      if (clock.monotonicMs() - sinceMs > planningInARowMs) {
        await pause(timers, 0);
        sinceMs = clock.monotonicMs();
      }
      const polledDevice = this.#polledDevices.get(device.id);
      const before = polledDevice?.plannedBefore(fromMs);
      if (before && isReadAlike(before, device, config.period_ms)) continue;
      changed.set(device.id, this.#plan(device, config, polledDevice));
    }
    const deviceIds = new Set(config.devices.map(({ id }) => id));
    for (const [id, each] of this.#polledDevices)
      if (!deviceIds.has(id) && each.isNeeded()) changed.set(id, undefined);
    return changed;
  }

  async #stop(): Promise<void> {
    this.#stopWatch();
    await Promise.all([...this.#polledDevices.values()].map((each) => each.stop()));
  }

  #count({ readings: { readCount }, readAtMs, miss }: AnyTick): void {
    this.#pointsRead += readCount;
    if (readCount > 0) this.#lastReadMs = readAtMs;
    if (miss) this.#errorCount += 1;
  }
}

/** Devices by the key of the endpoint that they use, and by the way in which they use it. */
type ByEndpoint = ReadonlyMap<string, ReadonlyMap<string, readonly PolledDevice[]>>;

function byEndpoint(polledDevices: readonly PolledDevice[]): ByEndpoint {
  const all = new Map<string, Map<string, PolledDevice[]>>();
  for (const polledDevice of polledDevices) {
    const used = polledDevice.present?.planned.target.identity;
    if (!used) continue;
    const ways = all.get(used.key) ?? new Map<string, PolledDevice[]>();
    all.set(used.key, ways);
    const alike = ways.get(used.way);
    if (alike) alike.push(polledDevice);
    else ways.set(used.way, [polledDevice]);
  }
  return all;
}

/** The devices that must give up an endpoint because they use it in another way. */
function devicesToLeave(
  changing: ByEndpoint,
  own: PolledDevice,
  { target: { identity } }: PlannedDevice,
): PolledDevice[] {
  return [...(changing.get(identity.key) ?? [])].flatMap(([way, alike]) =>
    way === identity.way ? [] : alike.filter((each) => each !== own),
  );
}
