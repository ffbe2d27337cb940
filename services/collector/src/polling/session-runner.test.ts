import { type EndpointAddress, endpointKey } from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { type Sample, sampleSchema } from '@holdfast/shared/contracts/sample/sample.ts';
import type { DeviceConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it, vi } from 'vitest';
import { parseOutgoing } from '../samples/testing/parse-outgoing.ts';
import { Endpoints } from './endpoints.ts';
import { PolledDevice } from './polled-device.ts';
import { type HealthTransition, SessionRunner } from './session-runner.ts';
import { SteadyClock } from './steady-clock.ts';
import { modbusOver } from './testing/modbus-links.ts';
import { ScriptedBus } from './testing/scripted-bus.ts';

const startMs = 1_740_000_000_000;

const press = deviceOf();
const chiller = deviceOf({
  id: 'd2',
  code: 'chiller',
  host: '10.0.0.6',
  measurement: 'cold',
  points: [pointOf('t', 3)],
});

function configOf(devices: DeviceConfig[], configVersion: number): TaskConfig {
  return {
    schema_version: 3,
    task_id: '7',
    task_code: 'press-hall',
    task_name: '',
    config_version: configVersion,
    period_ms: 100,
    devices,
  };
}

class World {
  readonly time: FakeTime;
  readonly process: FakeProcess;
  readonly endpoints: Endpoints;
  readonly buses = new Map<string, ScriptedBus>();
  readonly samples: Sample[] = [];
  readonly health: string[] = [];
  mayPoll = true;
  readonly runner: SessionRunner;

  /** @param other a world whose collector has this session too */
  constructor(devices: DeviceConfig[] = [press, chiller], other?: World) {
    this.time = other?.time ?? new FakeTime();
    this.process = other?.process ?? new FakeProcess(this.time, startMs);
    const openBus = (address: EndpointAddress) => {
      const bus = new ScriptedBus(this.time);
      this.buses.set(endpointKey(address), bus);
      return bus;
    };
    const { clock, timers } = this.process;
    this.endpoints = other?.endpoints ?? new Endpoints(modbusOver(openBus), { clock, timers });
    this.runner = new SessionRunner({
      sessionId: '7-3',
      epoch: 42,
      collectorId: 'edge-1',
      config: configOf(devices, 1),
      endpoints: this.endpoints,
      clock: new SteadyClock(this.process.clock),
      timers: this.process.timers,
      backoff: { firstMs: 300, maxMs: 1_000 },
      permission: () => this.mayPoll,
      jitter: () => 0,
      onSample: (sample) => this.samples.push(parseOutgoing(sample)),
      onHealth: ({ device, from, to }: HealthTransition) =>
        this.health.push(`${device.code} ${from} → ${to.status}`),
    });
  }

  bus(host: string): ScriptedBus {
    const bus = this.buses.get(`${host}:502`);
    if (!bus) throw new Error(`no bus to ${host}`);
    return bus;
  }
}

describe('a session that is polled', () => {
  it('has many devices changed at once without a look at each of them for each of them', async () => {
    const devices = (address: number) =>
      Array.from({ length: 300 }, (_, index) =>
        deviceOf({
          id: `${index}`,
          code: `d${index}`,
          unit_id: 1 + (index % 200),
          points: [pointOf('v', address)],
        }),
      );
    const world = new World(devices(1));
    world.runner.start(new Map());
    await world.time.advance(50);
    const looks = vi.spyOn(PolledDevice.prototype, 'present', 'get');
    await world.time.until(world.runner.reconfigure(configOf(devices(2), 2), startMs + 1_000));
    expect(looks.mock.calls.length).toBeLessThan(10 * 300);
    looks.mockRestore();
    await world.time.until(world.runner.stop());
  });

  it('gives one sample for each tick of each device', async () => {
    const world = new World();
    world.runner.start(new Map());
    await world.time.advance(250);
    await world.runner.stop();
    expect(world.samples).toHaveLength(6);
    expect(world.samples[1]).toEqual({
      v: 2,
      session: '7-3',
      epoch: 42,
      collector: 'edge-1',
      task: '7',
      device_id: 'd2',
      device: 'chiller',
      site: 'hall',
      measurement: 'cold',
      tick: startMs / 100,
      period_ms: 100,
      since_tick: world.samples[0]?.tick,
      time: startMs,
      read_at: startMs,
      values: { t: 3 },
    });
    for (const sample of world.samples) expect(sampleSchema.parse(sample)).toEqual(sample);
  });

  it('says so where a sample has what readers of its first version would get wrong', async () => {
    const counter = { ...pointOf('counter', 1), data_type: 'uint64' as const };
    const outside = { ...pointOf('outside', 6), valid_max: 5 };
    const world = new World([
      deviceOf({ points: [pointOf('t', 3), counter] }),
      { ...chiller, points: [outside] },
    ]);
    world.runner.start(new Map());
    await world.time.advance(50);
    await world.runner.stop();
    const [first, second] = world.samples;
    expect(first).toMatchObject({ values: { t: 3 }, integers: { counter: '281483566841860' } });
    expect(second).toMatchObject({ values: { outside: 6 }, uncertain: ['outside'] });
    expect(first).not.toHaveProperty('uncertain');
    expect(second).not.toHaveProperty('integers');
    expect(world.runner.status().points_read).toBe(3);
  });

  it('begins each device where its former holder ended', async () => {
    const world = new World();
    world.runner.start(new Map([['d2', startMs + 200]]));
    await world.time.advance(250);
    await world.runner.stop();
    const ticks = (id: string) =>
      world.samples.filter((sample) => sample.device_id === id).map(({ tick }) => tick - startMs / 100);
    expect(ticks('d1')).toEqual([0, 1, 2]);
    expect(ticks('d2')).toEqual([2]);
  });

  it('is read again when the last session that used its line in the former way has given that up', async () => {
    const rtu = (id: string) => deviceOf({ id, code: id, protocol: 'modbus_rtu_over_tcp' });
    const tcp = (id: string) => deviceOf({ id, code: id });
    const one = new World([tcp('d1')]);
    const other = new World([tcp('d2')], one);
    one.runner.start(new Map());
    other.runner.start(new Map());
    await one.time.advance(500);
    const atMs = startMs + 1_000;
    await one.time.until(one.runner.reconfigure(configOf([rtu('d1')], 2), atMs));
    await one.time.advance(30_000);
    expect(one.samples.at(-1)?.miss).toMatchObject({ cause: 'connection' });
    await one.time.until(other.runner.reconfigure(configOf([rtu('d2')], 2), startMs + 31_000));
    await one.time.advance(10_000);
    for (const { samples } of [one, other]) expect(samples.at(-1)?.values).toBeDefined();
    await one.time.until(Promise.all([one.runner.stop(), other.runner.stop()]));
    // Each tick has one result all the same.
    const ticks = one.samples.map(({ tick }) => tick - startMs / 100);
    expect(ticks).toEqual(ticks.map((_, index) => index));
  });

  it('is not disturbed on other endpoints by a device that hangs', async () => {
    const world = new World();
    world.bus('10.0.0.6').reply = () => ({ afterMs: 250, failure: 'timeout' });
    world.runner.start(new Map());
    await world.time.advance(1_050);
    const good = world.samples.filter(({ device, values }) => device === 'press-1' && values);
    expect(good).toHaveLength(11);
    await world.time.until(world.runner.stop());
  });

  it('counts what it read and what it missed, and knows its devices', async () => {
    const world = new World();
    world.runner.start(new Map());
    await world.time.advance(150);
    world.bus('10.0.0.6').reply = () => ({ afterMs: 0, failure: 'timeout' });
    await world.time.advance(100);
    world.bus('10.0.0.6').reply = () => ({ afterMs: 0 });
    await world.time.advance(100);
    await world.runner.stop();
    expect(world.health).toEqual([
      'press-1 null → healthy',
      'chiller null → healthy',
      'chiller healthy → timeout',
      'chiller timeout → healthy',
    ]);
    expect(world.runner.status()).toMatchObject({
      points_read: 4 * 2 + 3,
      error_count: 1,
      last_read_time: new Date(startMs + 300).toISOString(),
      device_health: {
        'press-1': { status: 'healthy', consecutive_failures: 0, last_error: null },
        chiller: { status: 'healthy', consecutive_failures: 0 },
      },
    });
  });

  it('says which point of a device fails, and since when, while the others are read', async () => {
    const points = Array.from({ length: 61 }, (_, address) => pointOf(`r${address}`, address));
    const world = new World([deviceOf({ points }), chiller]);
    const press = () => world.runner.status().device_health['press-1'];
    const refuses = ({ address, quantity }: { address: number; quantity: number }) =>
      address <= 37 && 37 < address + quantity;
    world.runner.start(new Map());
    await world.time.advance(950);
    expect(press()).toMatchObject({ status: 'healthy' });
    expect(press()?.failing_points).toBeUndefined();
    world.bus('10.0.0.5').reply = (request) =>
      refuses(request) ? { afterMs: 0, failure: 'exception', exceptionCode: 2 } : { afterMs: 0 };
    await world.time.advance(3_000);
    expect(inEnglish(press())).toMatchObject({
      status: 'error',
      consecutive_failures: 0,
      failing_count: 1,
      failing_points: [
        { code: 'r37', since: new Date(startMs + 1_000).toISOString(), error: 'exception on purpose' },
      ],
    });
    world.bus('10.0.0.5').reply = () => ({ afterMs: 0, failure: 'timeout' });
    await world.time.advance(100);
    expect(press()).toMatchObject({ status: 'timeout', consecutive_failures: 1, failing_count: 1 });
    world.bus('10.0.0.5').reply = () => ({ afterMs: 0 });
    await world.time.advance(60_000);
    expect(press()).toMatchObject({ status: 'healthy' });
    expect(press()?.failing_count).toBeUndefined();
    await world.runner.stop();
  });

  it('calls a device slow that loses ticks because it takes too long, with the share, until that is five minutes ago', async () => {
    const world = new World();
    const press = () => world.runner.status().device_health['press-1'];
    world.runner.start(new Map());
    await world.time.advance(1_000);
    expect(press()).toMatchObject({ status: 'healthy' });
    expect(press()?.overrun_share).toBeUndefined();
    world.bus('10.0.0.5').reply = () => ({ afterMs: 150 });
    await world.time.advance(20_000);
    expect(press()).toMatchObject({ status: 'slow', consecutive_failures: 0 });
    expect(press()?.overrun_share).toBeCloseTo(0.32, 1);
    expect(inEnglish(press()?.last_error)).toMatch(
      /^[\d.]+ % of the ticks of the last 5 minutes were lost to overruns: not read in time/,
    );
    world.bus('10.0.0.5').reply = () => ({ afterMs: 0, failure: 'timeout' });
    await world.time.advance(200);
    expect(press()).toMatchObject({ status: 'timeout' });
    world.bus('10.0.0.5').reply = () => ({ afterMs: 0 });
    await world.time.advance(10_000);
    expect(press()).toMatchObject({ status: 'slow' });
    await world.time.advance(310_000);
    expect(press()).toMatchObject({ status: 'healthy' });
    expect(press()?.overrun_share).toBeUndefined();
    await world.runner.stop();
    expect(world.health.filter((line) => line.startsWith('press-1'))).toEqual([
      'press-1 null → healthy',
      'press-1 healthy → slow',
      'press-1 slow → timeout',
      'press-1 timeout → slow',
      'press-1 slow → healthy',
    ]);
  });

  it('closes its connections when it has stopped, not before the request in flight is done', async () => {
    const world = new World();
    world.bus('10.0.0.5').reply = () => ({ afterMs: 80 });
    world.runner.start(new Map());
    await world.time.advance(10);
    const stopped = world.runner.stop();
    expect(world.runner.isStopping()).toBe(true);
    await world.time.advance(60);
    expect(world.bus('10.0.0.5').disconnects).toBe(0);
    await world.time.until(stopped);
    expect(world.bus('10.0.0.5').disconnects).toBe(1);
    expect(world.runner.stop()).toBe(stopped);
  });
});
