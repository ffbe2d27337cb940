import type { Link } from '@holdfast/driver/link.ts';
import { ModbusLink } from '@holdfast/driver-modbus/link/modbus-link.ts';
import { groupOf } from '@holdfast/driver-modbus/link/testing/raw-requests.ts';
import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PollObserver } from '../ports.ts';
import { DevicePoller, type DevicePollerOptions } from './device-poller.ts';
import { Endpoint } from './endpoint.ts';
import { SteadyClock } from './steady-clock.ts';
import { pollableModbus } from './testing/modbus-links.ts';
import { type Reply, ScriptedBus } from './testing/scripted-bus.ts';
import { copyTick, type TickCopy } from './testing/tick-copy.ts';

/** The simulation begins at a full second, so that ticks of 100 ms fall on full hundreds. */
const startMs = 1_740_000_000_000;
const firstTick = startMs / 100;

type WorldOptions = Omit<Partial<DevicePollerOptions>, 'device'> & { readonly device?: DeviceConfig };

class World {
  readonly time = new FakeTime();
  readonly process = new FakeProcess(this.time, startMs);
  readonly bus = new ScriptedBus(this.time);
  readonly endpoint = new Endpoint<Link>({
    openLink: () => new ModbusLink(this.bus),
    clock: this.process.clock,
    timers: this.process.timers,
  });
  readonly results: TickCopy[] = [];
  readonly faults: unknown[] = [];
  mayPoll = true;
  readonly poller: DevicePoller;

  constructor({ device = deviceOf(), ...options }: WorldOptions = {}) {
    this.poller = new DevicePoller({
      device: pollableModbus(device),
      taskPeriodMs: 100,
      phaseMs: 0,
      endpoint: this.endpoint,
      clock: new SteadyClock(this.process.clock),
      timers: this.process.timers,
      backoff: { firstMs: 300, maxMs: 1_000 },
      permission: () => this.mayPoll,
      jitter: () => 0,
      onTick: (result) => this.results.push(copyTick(result)),
      onFault: (error) => this.faults.push(error),
      ...options,
    });
  }

  ticks(): number[] {
    return this.results.map(({ tick }) => tick - firstTick);
  }

  causes(): (string | undefined)[] {
    return this.results.map(({ miss, wasAsked }) => miss && `${miss.cause}${wasAsked ? '' : ' (not asked)'}`);
  }
}

describe('a device that answers', () => {
  it('is read once at every tick, at its time', async () => {
    const world = new World();
    world.poller.start(0);
    await world.time.advance(450);
    await world.poller.stop();
    expect(world.ticks()).toEqual([0, 1, 2, 3, 4]);
    expect(world.bus.requests.map(({ atMs }) => atMs)).toEqual([0, 100, 200, 300, 400]);
    expect(world.results[0]).toEqual({
      tick: firstTick,
      readAtMs: startMs,
      values: { speed: 10, force: 11 },
      readCount: 2,
      sentCount: 2,
      miss: undefined,
      wasAsked: true,
      latenessMs: 0,
    });
  });

  it('is not late in the tick that was under way when it was started, but in those after it that are', async () => {
    const latenesses: (number | undefined)[] = [];
    const observer: PollObserver = {
      onRead: () => undefined,
      onTick: ({ latenessMs }) => latenesses.push(latenessMs),
    };
    const world = new World({ observer });
    await world.time.advance(90);
    world.poller.start(0);
    await world.time.advance(60);
    world.bus.reply = () => ({ afterMs: 150 });
    await world.time.advance(300);
    await world.time.until(world.poller.stop());
    expect(world.ticks()).toEqual([0, 1, 2, 3]);
    expect(latenesses).toEqual([undefined, 0, 0, 50]);
  });

  it('is not read again in a tick that a former holder has read', async () => {
    const world = new World();
    world.poller.start(firstTick + 2);
    await world.time.advance(350);
    await world.poller.stop();
    expect(world.ticks()).toEqual([2, 3]);
  });

  it('is read although a former holder with a wrong clock has read ticks of the far future', async () => {
    const world = new World();
    world.poller.start(firstTick + 36_000);
    await world.time.advance(250);
    await world.poller.stop();
    expect(world.ticks()).toEqual([0, 1, 2]);
  });

  it('too slowly for its period leaves ticks out, each reported as overrun', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 250 });
    world.poller.start(0);
    await world.time.advance(700);
    await world.time.until(world.poller.stop());
    expect(world.ticks()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(world.causes()).toEqual([
      undefined,
      'overrun (not asked)',
      undefined,
      'overrun (not asked)',
      'overrun (not asked)',
      undefined,
    ]);
  });

  it('finishes the request in flight when its session ends, and is asked nothing more', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 50 });
    world.poller.start(0);
    await world.time.advance(120);
    await world.time.until(world.poller.stop());
    expect(world.ticks()).toEqual([0, 1]);
    await world.time.advance(1_000);
    expect(world.bus.requests).toHaveLength(2);
  });

  it('is not asked for the rest of a tick when its session ends between two requests', async () => {
    const world = new World({ device: deviceOf({ points: [pointOf('speed', 10), pointOf('far', 500)] }) });
    world.bus.reply = () => ({ afterMs: 20 });
    world.poller.start(0);
    await world.time.advance(10);
    await world.time.until(world.poller.stop());
    expect(world.bus.requests).toHaveLength(1);
    expect(world.results).toEqual([]);
  });
});

describe('a device that does not answer', () => {
  it('is asked at every tick twice, then with pauses that grow, and every tick is a miss', async () => {
    const world = new World();
    world.bus.reply = () => ({ afterMs: 20, failure: 'timeout' });
    world.poller.start(0);
    await world.time.advance(3_000);
    await world.time.until(world.poller.stop());
    expect(world.ticks()).toEqual(Array.from({ length: 31 }, (_, n) => n));
    // Pauses of 300, 600 and 1000 ms from the third failure on, up to the next tick.
    expect(world.bus.requests.map(({ atMs }) => atMs)).toEqual([0, 100, 200, 600, 1_300, 2_400]);
    expect(new Set(world.causes())).toEqual(new Set(['timeout', 'timeout (not asked)']));
    expect(inEnglish(world.results[3]?.miss?.detail)).toMatch(
      /^not asked, next try in 0\.2 s after: press-1 unit 1 /,
    );
  });

  it('is read at every tick again once it answers', async () => {
    const world = new World();
    let reply: Reply = { afterMs: 0, failure: 'connection' };
    world.bus.reply = () => reply;
    world.poller.start(0);
    await world.time.advance(550);
    reply = { afterMs: 0 };
    await world.time.advance(1_000);
    await world.poller.stop();
    expect(world.causes().slice(-5)).toEqual(Array.from({ length: 5 }, () => undefined));
  });

  it('costs one timeout a tick, not one for each of its blocks', async () => {
    const world = new World({ device: deviceOf({ points: [pointOf('speed', 10), pointOf('far', 500)] }) });
    world.bus.reply = () => ({ afterMs: 20, failure: 'timeout' });
    world.poller.start(0);
    await world.time.advance(50);
    await world.poller.stop();
    expect(world.bus.requests).toHaveLength(1);
    expect(world.results).toHaveLength(1);
  });
});

describe('a device that refuses a part', () => {
  it('gives the rest, and says which part is missing, without a pause', async () => {
    const world = new World({ device: deviceOf({ points: [pointOf('speed', 10), pointOf('far', 500)] }) });
    world.bus.reply = ({ address }) =>
      address === 500 ? { afterMs: 0, failure: 'exception' } : { afterMs: 0 };
    world.poller.start(0);
    await world.time.advance(450);
    await world.poller.stop();
    expect(world.ticks()).toEqual([0, 1, 2, 3, 4]);
    for (const { values, miss, wasAsked } of world.results) {
      expect(values).toEqual({ speed: 10 });
      expect(miss?.cause).toBe('exception');
      expect(inEnglish(miss?.detail)).toContain('press-1 unit 1 holding_register 500-500');
      expect(wasAsked).toBe(true);
    }
  });

  it('and has points that no request can read, tells of them at every tick', async () => {
    const world = new World({
      device: deviceOf({
        max_registers: 1,
        points: [pointOf('speed', 10), { ...pointOf('wide', 20), data_type: 'float32' }],
      }),
    });
    world.poller.start(0);
    await world.time.advance(50);
    await world.poller.stop();
    expect(inEnglish(world.results[0])).toMatchObject({
      values: { speed: 10 },
      miss: {
        cause: 'exception',
        detail:
          'wide: takes 2, and the largest block that is read of the device has 1 registers (max_registers)',
      },
    });
  });
});

describe('without the right to poll', () => {
  it('no request goes out and nothing is reported', async () => {
    const world = new World();
    world.mayPoll = false;
    world.poller.start(0);
    await world.time.advance(1_000);
    expect(world.bus.requests).toEqual([]);
    expect(world.results).toEqual([]);
    await world.poller.stop();
  });

  it('polling has ended for good, also when the right comes back', async () => {
    const world = new World();
    world.poller.start(0);
    await world.time.advance(150);
    world.mayPoll = false;
    await world.time.advance(100);
    world.mayPoll = true;
    await world.time.advance(1_000);
    expect(world.ticks()).toEqual([0, 1]);
  });

  it('a device behind a slow one on the same endpoint is not asked when its turn comes', async () => {
    const world = new World();
    const { endpoint } = world;
    world.bus.reply = () => ({ afterMs: 80 });
    const other = new World({ endpoint, permission: () => world.mayPoll });
    const slow = endpoint.turn({}, { timeoutMs: 200 }, (link) =>
      link.read(
        groupOf({ unitId: 2, table: 'holding_register', address: 0, quantity: 1, timeoutMs: 200 }),
        200,
      ),
    );
    other.poller.start(0);
    await other.time.advance(10);
    world.mayPoll = false;
    await world.time.until(slow);
    await other.time.advance(500);
    expect(world.bus.requests).toHaveLength(1);
    expect(other.results).toEqual([]);
  });
});

describe('a clock or a process that leaps', () => {
  it('over ticks reports them as overrun while the right to poll is there', async () => {
    const world = new World();
    world.poller.start(0);
    await world.time.advance(50);
    world.process.stop();
    await world.time.advance(500);
    world.process.continue();
    await world.time.advance(100);
    await world.poller.stop();
    expect(world.ticks()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(world.causes().filter((cause) => cause === 'overrun (not asked)')).toHaveLength(4);
  });

  it('over years brings no years of results: the lease is gone by then', async () => {
    const world = new World();
    world.poller.start(0);
    await world.time.advance(50);
    world.process.setWallClock(20 * 365 * 86_400_000);
    world.mayPoll = false;
    await world.time.advance(1_000);
    expect(world.ticks()).toEqual([0]);
  });

  it('back by an hour lets no tick come twice', async () => {
    const world = new World();
    world.poller.start(0);
    await world.time.advance(250);
    world.process.setWallClock(-3_600_000);
    await world.time.advance(1_000);
    await world.poller.stop();
    const ticks = world.ticks();
    expect(new Set(ticks).size).toBe(ticks.length);
    expect(ticks.length).toBeGreaterThan(10);
  });
});

describe('whatever the device does', () => {
  it('every tick from the first to the last has exactly one result, and only what was asked is said to be', async () => {
    const reply = fc.record(
      {
        afterMs: fc.nat(350),
        failure: fc.constantFrom<NonNullable<Reply['failure']>>('timeout', 'connection', 'exception'),
      },
      { requiredKeys: ['afterMs'] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(reply, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 99 }),
        fc.integer({ min: 1, max: 6_000 }),
        async (replies, offsetMs, stopAtMs) => {
          const world = new World();
          let n = 0;
          world.bus.reply = () => replies[n++ % replies.length] ?? { afterMs: 0 };
          await world.time.advance(offsetMs);
          world.poller.start(0);
          await world.time.advance(stopAtMs);
          await world.time.until(world.poller.stop());
          const ticks = world.ticks();
          expect(ticks).toEqual(Array.from({ length: ticks.length }, (_, index) => index));
          // All ticks that were due before the end, except those that passed during the last request.
          const lastAskedAtMs = world.bus.requests.at(-1)?.atMs ?? 0;
          expect(ticks.length).toBeGreaterThanOrEqual(Math.floor(lastAskedAtMs / 100) + 1);
          expect(world.results.filter(({ wasAsked }) => wasAsked)).toHaveLength(world.bus.requests.length);
          for (const { values, miss } of world.results) {
            expect(miss === undefined).toBe(Object.keys(values).length === 2);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
