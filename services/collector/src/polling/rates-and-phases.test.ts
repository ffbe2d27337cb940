import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { describe, expect, it } from 'vitest';
import { phaseMs, tickTimeMs } from '../samples/schedule.ts';
import { PolledWorld, startMs } from './testing/polled-world.ts';

const every = (period_ms: number, point: PointConfig): PointConfig => ({ ...point, period_ms });

describe('points of different rates', () => {
  it('are read in the ticks in which they are due, merged where they coincide', async () => {
    const world = new PolledWorld();
    const points = [
      every(100, pointOf('fast', 0)),
      every(300, pointOf('slow', 1)),
      pointOf('task', 2),
      every(600, pointOf('far', 100)),
    ];
    const results = world.poll(deviceOf({ points }), { taskPeriodMs: 200 });
    await world.time.advance(650);
    await world.stop();
    expect(world.requestsTo()).toEqual([
      [0, '0+3'],
      [0, '100+1'],
      [100, '0+1'],
      [200, '0+3'],
      [300, '0+2'],
      [400, '0+3'],
      [500, '0+1'],
      [600, '0+3'],
      [600, '100+1'],
    ]);
    expect(results.map(({ values }) => Object.keys(values).join())).toEqual([
      'fast,slow,task,far',
      'fast',
      'fast,task',
      'fast,slow',
      'fast,task',
      'fast',
      'fast,slow,task,far',
    ]);
    expect(world.pollers[0]?.periodMs).toBe(100);
  });

  it('are read in the first tick of each of their periods where those are no multiples of the fastest', async () => {
    const world = new PolledWorld();
    const points = [
      every(200, pointOf('fast', 0)),
      every(500, pointOf('slow', 1)),
      every(700, pointOf('odd', 100)),
    ];
    const results = world.poll(deviceOf({ points }));
    await world.time.advance(2_050);
    await world.stop();
    const at = (code: string) =>
      results.filter(({ values }) => code in values).map(({ tick }) => tickTimeMs(tick, 200) - startMs);
    expect(at('fast')).toEqual([0, 200, 400, 600, 800, 1_000, 1_200, 1_400, 1_600, 1_800, 2_000]);
    expect(at('slow')).toEqual([0, 600, 1_000, 1_600, 2_000]);
    // Periods count from 1970, not from when polling began.
    const periods = at('odd').map((timeMs) => Math.floor((startMs + timeMs) / 700));
    expect(periods).toEqual(periods.map((_, index) => (periods[0] ?? 0) + index));
    expect(periods.length).toBeGreaterThanOrEqual(2);
    expect(results.every(({ miss }) => miss === undefined)).toBe(true);
  });

  it('lose no reading by an overrun: what was due in a tick that is over is read in the next one', async () => {
    const world = new PolledWorld();
    world.bus.reply = () => ({ afterMs: world.time.nowMs() === 500 ? 230 : 5 });
    const points = [every(100, pointOf('fast', 0)), every(600, pointOf('slow', 100))];
    const results = world.poll(deviceOf({ points, timeout_ms: 300 }));
    await world.time.advance(1_350);
    await world.stop();
    expect(results.filter(({ miss }) => miss?.cause === 'overrun').map(({ tick }) => tick % 18)).toEqual([6]);
    // Due at 600, read at 700, and read no more often because of that.
    expect(world.requestsTo().filter(([, what]) => what === '100+1')).toEqual([
      [5, '100+1'],
      [735, '100+1'],
      [1_205, '100+1'],
    ]);
  });

  it('lose none by a handover either: the next holder reads what was due in the ticks without a reader', async () => {
    const world = new PolledWorld();
    await world.time.advance(750);
    const points = [every(100, pointOf('fast', 0)), every(600, pointOf('slow', 100))];
    world.poll(deviceOf({ points }), { firstTick: startMs / 100 + 4 });
    await world.time.advance(100);
    expect(world.requestsTo().map(([, what]) => what)).toEqual(['0+1', '100+1', '0+1']);
    await world.stop();
  });

  it('are due at multiples of their period since 1970, whenever polling begins', async () => {
    const world = new PolledWorld();
    await world.time.advance(170);
    const results = world.poll(
      deviceOf({ points: [every(100, pointOf('fast', 0)), every(300, pointOf('slow', 1))] }),
    );
    await world.time.advance(550);
    await world.stop();
    const slow = results
      .filter(({ values }) => 'slow' in values)
      .map(({ tick }) => tickTimeMs(tick, 100) - startMs);
    expect(slow).toEqual([300, 600]);
  });
});

describe('the phase of a device', () => {
  it('shifts its requests and not its ticks', async () => {
    const world = new PolledWorld();
    const results = world.poll(deviceOf(), { phaseMs: 400 });
    await world.time.advance(2_600);
    await world.stop();
    expect(world.requestsTo().map(([atMs]) => atMs)).toEqual([400, 1_400, 2_400]);
    expect(results.map(({ tick, latenessMs }) => [tickTimeMs(tick, 1_000) - startMs, latenessMs])).toEqual([
      [0, 0],
      [1_000, 0],
      [2_000, 0],
    ]);
  });

  it('lets the tick under way be read when polling begins, however late in the tick that is', async () => {
    for (const beginsMs of [0, 399, 400, 999]) {
      const world = new PolledWorld();
      await world.time.advance(beginsMs);
      const results = world.poll(deviceOf(), { phaseMs: 400 });
      await world.time.advance(1_000);
      await world.stop();
      expect(tickTimeMs(results[0]?.tick ?? 0, 1_000)).toBe(startMs);
      expect(results[0]?.miss).toBeUndefined();
      expect(world.requestsTo()[0]?.[0]).toBe(Math.max(beginsMs, 400));
    }
  });

  it('leaves a next holder the time to read the tick that the former one has not come to', async () => {
    // The former holder has read the tick before, and stopped right before this one was to be read at 400 ms.
    for (const [beginsMs, expected] of [
      [900, 0],
      [1_380, 0],
      [1_400, 1_000],
    ] as const) {
      const world = new PolledWorld();
      await world.time.advance(beginsMs);
      const results = world.poll(deviceOf(), { phaseMs: 400, firstTick: startMs / 1_000 });
      await world.time.advance(10);
      await world.stop();
      expect(results.map(({ tick }) => tickTimeMs(tick, 1_000) - startMs)).toEqual([expected]);
    }
  });

  it('spreads a fleet evenly, is the same for a device every time, and stays below a few seconds', () => {
    const phases = Array.from({ length: 1_000 }, (_, index) => phaseMs(String(index), 1_000, 0.5));
    expect(phases).toEqual(Array.from({ length: 1_000 }, (_, index) => phaseMs(String(index), 1_000, 0.5)));
    const inTenths = Map.groupBy(phases, (phase) => Math.floor(phase / 50));
    expect([...inTenths.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const devices of inTenths.values()) {
      expect(devices.length).toBeGreaterThan(65);
      expect(devices.length).toBeLessThan(135);
    }
    // Devices in one slot are asked at once.
    expect(phases.every((phase) => phase % 25 === 0)).toBe(true);
    expect(new Set(phases).size).toBe(20);
    const quick = Array.from({ length: 1_000 }, (_, index) => phaseMs(String(index), 10, 0.9));
    expect(new Set(quick).size).toBe(9);
    expect(phaseMs('7', 1_000, 0)).toBe(0);
    const hourly = Array.from({ length: 1_000 }, (_, index) => phaseMs(String(index), 3_600_000, 0.5));
    expect(Math.max(...hourly)).toBeLessThan(5_000);
  });
});
