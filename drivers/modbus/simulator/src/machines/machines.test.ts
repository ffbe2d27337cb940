import { isBitTable, pointWidth } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { decodePoint } from '@holdfast/driver-modbus/values/testing/decode-point.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readImage } from '../memory/register-image.ts';
import { chiller } from './chiller.ts';
import { injectionMouldingMachine, shotCounter } from './injection-moulding-machine.ts';
import { imageOf, type MachinePoint } from './machine.ts';
import { powerMeter } from './power-meter.ts';

const machines = [injectionMouldingMachine(1), powerMeter(1), chiller(1)];
const anyTime = fc.integer({ min: Date.UTC(2025, 1, 1), max: Date.UTC(2035, 0, 1) });

describe.each(machines.map((machine) => [machine.name, machine] as const))('%s', (_name, machine) => {
  const image = imageOf(machine);
  const value = (point: MachinePoint, now: number) => {
    const raw = readImage(image, point.table, point.address, pointWidth(point), now);
    const [decoded] = decodePoint(
      point,
      isBitTable(point.table) ? (raw ?? []).map(Boolean) : (raw ?? []).map(Number),
    );
    if (decoded?.kind !== 'value') throw new Error(`${point.code}: ${JSON.stringify(decoded)}`);
    return decoded.value;
  };

  it('shows in its registers what it is doing, at any time', () => {
    fc.assert(
      fc.property(anyTime, (now) => {
        for (const point of machine.points) {
          const decoded = value(point, now);
          const truth = point.valueAt(now);
          if (typeof truth === 'boolean') expect(decoded).toBe(truth);
          else expect(Math.abs(Number(decoded) - truth)).toBeLessThanOrEqual(point.scale / 2 + 1e-4);
        }
      }),
    );
  });

  it('moves: it is not the same a minute later', () => {
    const at = Date.UTC(2026, 5, 1);
    const all = (now: number) => machine.points.map((point) => point.valueAt(now));
    expect(all(at)).not.toEqual(all(at + 61_000));
  });

  it('has each point code once', () => {
    const codes = machine.points.map((point) => point.code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

it('counters never run backwards', () => {
  const energy = powerMeter(1).points.find((point) => point.code === 'energy');
  fc.assert(
    fc.property(anyTime, fc.nat({ max: 86_400_000 }), (now, later) => {
      expect(shotCounter(now + later)).toBeGreaterThanOrEqual(shotCounter(now));
      expect(Number(energy?.valueAt(now + later))).toBeGreaterThanOrEqual(Number(energy?.valueAt(now)));
    }),
  );
});

it('nothing jumps: temperatures and voltages change little within a second', () => {
  const steady = machines
    .flatMap((machine) => machine.points)
    .filter((point) => ['°C', 'V', 'Hz'].includes(point.unit));
  expect(steady.length).toBeGreaterThan(8);
  fc.assert(
    fc.property(anyTime, (now) => {
      for (const point of steady) {
        const change = Math.abs(Number(point.valueAt(now + 1000)) - Number(point.valueAt(now)));
        expect(change, point.code).toBeLessThan(0.5);
      }
    }),
  );
});
