import { expect, it } from 'vitest';
import { markerReads } from './marker-reads.ts';
import { mapReads } from './plan-reads.ts';
import { readLimits } from './read-limits.ts';
import { flatDeviceOf as deviceOf, type FlatPoint, flatPointOf as pointOf } from './testing/devices.ts';

function markersOf(points: FlatPoint[], limits: Parameters<typeof deviceOf>[0] = {}): string[] {
  const device = deviceOf({ points, ...limits });
  return markerReads(mapReads(device.points, readLimits(device))).map(
    ({ table, address, quantity }) => `${table} ${address}+${quantity}`,
  );
}
const floatAt = (address: number): FlatPoint => ({
  ...pointOf(`f${address}`, address),
  data_type: 'float32',
});

it('are the beginnings of what is read, each with an answer of another length, the shortest first', () => {
  expect(markersOf([pointOf('a', 10), pointOf('b', 11), pointOf('c', 12)])).toEqual([
    'holding_register 10+1',
    'holding_register 10+2',
    'holding_register 10+3',
  ]);
  expect(markersOf(Array.from({ length: 100 }, (_, n) => pointOf(`r${n}`, n)))).toHaveLength(8);
});

it('end where a value ends, and go through no register that two values share', () => {
  expect(markersOf([floatAt(0), floatAt(2)])).toEqual(['holding_register 0+2', 'holding_register 0+4']);
  expect(markersOf([{ ...floatAt(0), count: 3 }])).toEqual([
    'holding_register 0+2',
    'holding_register 0+4',
    'holding_register 0+6',
  ]);
  expect(markersOf([pointOf('a', 0), floatAt(0), floatAt(1)])).toEqual(['holding_register 0+3']);
});

it('are of each block by turns, because a device may be silent to one of them', () => {
  const blockAt = (from: number) => Array.from({ length: 10 }, (_, n) => pointOf(`r${from + n}`, from + n));
  expect(markersOf([...blockAt(0), ...blockAt(100), pointOf('alone', 200)])).toEqual(
    [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `holding_register ${n % 2 === 1 ? 0 : 100}+${n}`),
  );
});

it('are one of each shape, wherever it is found', () => {
  expect(
    markersOf([pointOf('a', 0), pointOf('b', 50), { ...pointOf('c', 7), table: 'input_register' }]),
  ).toEqual(['input_register 7+1', 'holding_register 0+1']);
  const coils = Array.from({ length: 20 }, (_, n) => ({
    ...pointOf(`c${n}`, n),
    table: 'coil' as const,
    data_type: 'bool' as const,
  }));
  expect(markersOf(coils)).toEqual(['coil 0+1', 'coil 0+9', 'coil 0+17']);
});

it('are never longer than the device takes, nor read what it excludes', () => {
  const points = Array.from({ length: 6 }, (_, n) => pointOf(`r${n}`, n));
  expect(markersOf(points, { max_registers: 2 })).toEqual(['holding_register 0+1', 'holding_register 2+2']);
});
