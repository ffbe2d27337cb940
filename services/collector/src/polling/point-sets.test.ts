import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { describe, expect, it } from 'vitest';
import { PointSets } from './point-sets.ts';
import { PolledWorld } from './testing/polled-world.ts';

const protocol = 'modbus_tcp';
const registers = (count: number) =>
  Array.from({ length: count }, (_, address) => pointOf(`r${address}`, address));

describe('devices that have the same points', () => {
  it('share what is made of them, and others do not', () => {
    const sets = new PointSets();
    const set = sets.of(registers(5), protocol);
    expect(sets.of(registers(5), protocol)).toBe(set);
    expect(sets.of(registers(6), protocol)).not.toBe(set);
    const scaled = registers(5).map((point) => ({ ...point, scale: 0.1 }));
    expect(sets.of(scaled, protocol)).not.toBe(set);
  });

  it('keep their own limits and their own lessons', async () => {
    const world = new PolledWorld();
    const points = new PointSets().of(registers(100), protocol);
    // Unit 2 lacks a register; unit 3 takes 50 at once.
    world.bus.reply = ({ unitId, address, quantity }) => {
      const isRefused = unitId === 2 && address <= 37 && 37 < address + quantity;
      return isRefused ? { afterMs: 1, failure: 'exception', exceptionCode: 2 } : { afterMs: 1 };
    };
    const results = [1, 2, 3].map((unit) =>
      world.poll(
        deviceOf({
          id: `d${unit}`,
          unit_id: unit,
          points: points.points,
          max_registers: unit === 3 ? 50 : 125,
        }),
        {},
        points,
      ),
    );
    await world.time.advance(3_500);
    await world.stop();
    expect(results.map((ticks) => ticks.map(({ readCount }) => readCount))).toEqual([
      [100, 100, 100, 100],
      [99, 99, 99, 99],
      [100, 100, 100, 100],
    ]);
    const deviceOfUnit = (unit: number) =>
      world.requestsTo(unit).flatMap(([atMs, what]) => (atMs >= 1_000 && atMs < 2_000 ? [what] : []));
    expect([1, 2, 3].map(deviceOfUnit)).toEqual([['0+100'], ['0+37', '38+62'], ['0+50', '50+50']]);
  });
});
