import type { Link } from '@holdfast/driver/link.ts';
import { ModbusLink } from '@holdfast/driver-modbus/link/modbus-link.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import type { ObservedRead, ObservedTick } from '../../ports.ts';
import { DevicePoller, type DevicePollerOptions } from '../device-poller.ts';
import { Endpoint } from '../endpoint.ts';
import type { PointSet } from '../point-sets.ts';
import { SteadyClock } from '../steady-clock.ts';
import { pollableModbus } from './modbus-links.ts';
import { ScriptedBus } from './scripted-bus.ts';
import { copyTick, type TickCopy } from './tick-copy.ts';

/** The simulation begins at a full hour, so that ticks of all usual periods coincide there. */
export const startMs = 1_740_002_400_000;

type PollOptions = Partial<DevicePollerOptions> & {
  readonly firstTick?: number;
  readonly refusedPauseMs?: number;
};

/** Devices on one endpoint, in simulated time. */
export class PolledWorld {
  readonly time = new FakeTime();
  readonly process = new FakeProcess(this.time, startMs);
  readonly bus = new ScriptedBus(this.time);
  readonly clock = new SteadyClock(this.process.clock);
  readonly endpoint = new Endpoint<Link>({
    openLink: () => new ModbusLink(this.bus),
    clock: this.process.clock,
    timers: this.process.timers,
  });
  readonly pollers: DevicePoller[] = [];
  readonly reads: ObservedRead[] = [];
  readonly ticks: ObservedTick[] = [];
  readonly faults: unknown[] = [];
  mayPoll = true;

  /** @returns its results, as they come */
  poll(
    device: DeviceConfig,
    { firstTick = 0, refusedPauseMs, ...options }: PollOptions = {},
    set?: PointSet,
  ): TickCopy[] {
    const results: TickCopy[] = [];
    const poller = new DevicePoller({
      device: pollableModbus(device, refusedPauseMs, set),
      taskPeriodMs: 1_000,
      phaseMs: 0,
      endpoint: this.endpoint,
      clock: this.clock,
      timers: this.process.timers,
      backoff: { firstMs: 1_000, maxMs: 10_000 },
      permission: () => this.mayPoll,
      jitter: () => 0,
      onTick: (result) => results.push(copyTick(result)),
      onFault: (error) => this.faults.push(error),
      observer: { onRead: (observed) => this.reads.push(observed), onTick: (tick) => this.ticks.push(tick) },
      ...options,
    });
    this.pollers.push(poller);
    poller.start(firstTick);
    return results;
  }

  /** The requests to a unit: when, and `address+quantity`. */
  requestsTo(unitId = 1): [number, string][] {
    return this.bus.requests
      .filter(({ request }) => request.unitId === unitId)
      .map(({ atMs, request }) => [atMs, `${request.address}+${request.quantity}`]);
  }

  async stop(): Promise<void> {
    await this.time.until(Promise.all(this.pollers.map((poller) => poller.stop())));
  }
}
