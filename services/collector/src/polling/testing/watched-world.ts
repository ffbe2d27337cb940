import type { Driver } from '@holdfast/driver/driver.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Link, WatchSink } from '@holdfast/driver/link.ts';
import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { OutgoingSample, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { PointConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { quoted } from '@holdfast/texts/text.ts';
import * as z from 'zod';
import { parseOutgoing } from '../../samples/testing/parse-outgoing.ts';
import { Endpoints } from '../endpoints.ts';
import { type HealthTransition, SessionRunner } from '../session-runner.ts';
import { SteadyClock } from '../steady-clock.ts';

/** A full hour, so that ticks of all usual periods coincide there. */
export const startMs = 1_740_002_400_000;

/** The source of a watched device, scripted by the test. */
export class ScriptedSource implements Link {
  /** Undefined while there is no watch. */
  sink: WatchSink | undefined;
  /** The times at which a watch was begun. */
  readonly tries: number[] = [];
  /** Whether the source takes a subscription. */
  isThere = true;
  /** Whether it has kept its values since the watch before. */
  hasKept = false;
  disconnects = 0;
  forgets = 0;
  #fail: (error: Error) => void = () => undefined;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  watch(_groups: unknown, sink: WatchSink, signal: AbortSignal): Promise<void> {
    this.tries.push(this.#nowMs());
    if (!this.isThere) return Promise.reject(new DriverFailure('connection', quoted('connect ECONNREFUSED')));
    this.sink = sink;
    sink.opened(this.hasKept);
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      signal.addEventListener('abort', () => resolve());
    });
  }

  read(): never {
    throw new Error('it is only watched');
  }

  goAway(why: string): void {
    this.isThere = false;
    this.sink = undefined;
    this.#fail(new DriverFailure('connection', quoted(why)));
  }

  async forget(): Promise<void> {
    this.forgets += 1;
  }

  disconnect(): void {
    this.disconnects += 1;
  }
}

const spec = {
  protocol: 'modbus_tcp',
  connection: z.object({ host: z.string() }),
  place: z.object({}),
  modes: ['subscribed'],
  endpoint: ({ host }: { host: string }) => ({
    ...{ key: host, isLocal: false, way: 'scripted', isExclusive: false },
  }),
  pace: () => ({ unit: '', pauseAfterMs: 0, pauses: 'endpoint', busyRetries: 0, closesAfterTick: false }),
};

interface WatchedOptions {
  readonly points?: PointConfig[];
  readonly periodMs?: number;
  readonly epoch?: number;
  readonly firstTick?: number;
  /** ms since 1970, when its device was removed from the session. */
  readonly removedMs?: number;
  /** The source at the beginning. */
  readonly source?: Partial<Pick<ScriptedSource, 'isThere' | 'hasKept'>>;
}

/** One watched device of a session, in simulated time. */
export class WatchedWorld {
  readonly time: FakeTime;
  readonly process: FakeProcess;
  readonly source: ScriptedSource;
  readonly samples: Sample[] = [];
  readonly health: HealthTransition[] = [];
  readonly faults: unknown[] = [];
  /** Callbacks of the samples that are not settled yet, in their order. */
  readonly settles: ((isSafe: boolean) => void)[] = [];
  /** Whether each sample is safe at once. */
  isSafeAtOnce = true;
  mayPoll = true;
  readonly runner: SessionRunner;
  readonly config: TaskConfig;

  constructor(
    {
      points = [pointOf('a', 1), pointOf('b', 2)],
      periodMs = 1_000,
      epoch = 4,
      firstTick = 0,
      removedMs,
      source = {},
    }: WatchedOptions = {},
    time = new FakeTime(),
  ) {
    this.time = time;
    this.process = new FakeProcess(time, startMs + time.nowMs());
    this.source = Object.assign(new ScriptedSource(() => time.nowMs()), source);
    const driver = {
      spec,
      plan: () => ({
        groups: (due: readonly number[]) => ({
          groups: [{ key: 'all', values: due }],
          unread: '',
          missing: [],
        }),
        learned: () => undefined,
      }),
      link: () => this.source,
    } as unknown as Driver;
    const timing = { clock: this.process.clock, timers: this.process.timers };
    const config: TaskConfig = {
      schema_version: 3,
      task_id: '7',
      task_code: 'watched',
      task_name: '',
      config_version: 1,
      period_ms: periodMs,
      devices: [deviceOf({ points, mode: 'subscribed' })],
    };
    this.config = config;
    this.runner = new SessionRunner({
      sessionId: '7-1',
      epoch,
      collectorId: 'c',
      config,
      endpoints: new Endpoints(
        { drivers: new Map([['modbus_tcp', driver]]), open: () => this.source },
        timing,
      ),
      clock: new SteadyClock(this.process.clock),
      timers: this.process.timers,
      backoff: { firstMs: 1_000, maxMs: 10_000 },
      permission: () => this.mayPoll,
      jitter: () => 0,
      onSample: (sample: OutgoingSample, settled) => {
        this.samples.push(parseOutgoing(sample));
        if (!settled) return;
        if (this.isSafeAtOnce) settled(true);
        else this.settles.push(settled);
      },
      onHealth: (transition) => this.health.push(transition),
      onFault: (fault) => this.faults.push(fault),
    });
    const firstMs = new Map([['d1', firstTick * periodMs]]);
    if (removedMs === undefined) this.runner.start(firstMs);
    else {
      const next = { config: { ...config, config_version: 2, devices: [] }, fromMs: removedMs };
      void this.runner.startAround(next, firstMs, new Set());
    }
  }

  /** The samples that account for ticks: tick, changes, and the cause where there are none. */
  ticks(): unknown[] {
    const firstTick = startMs / (this.samples[0]?.period_ms ?? 1);
    return this.samples
      .filter(({ part }) => part === undefined)
      .map(({ tick, changes, miss }) => [tick - firstTick, changes && { ...changes }, miss?.cause]);
  }

  stop(): Promise<void> {
    return this.time.until(this.runner.stop());
  }
}
