import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { narrowDown } from './narrow-down.ts';
import { mapReads, planReads } from './plan-reads.ts';
import { readLimits } from './read-limits.ts';
import type { PlannedPoint, ReadBlock } from './read-plan.ts';
import { flatDeviceOf as deviceOf, flatPointOf as pointOf } from './testing/devices.ts';

const addressesOf = (points: readonly PlannedPoint[]) => points.map(({ point }) => point.address);

/** Narrows down on a device that lacks some registers, and gives only so many at once. */
async function findOut(
  addresses: readonly number[],
  { missing = [], most = 125, maxHole = 0 }: { missing?: readonly number[]; most?: number; maxHole?: number },
) {
  const device = deviceOf({ points: addresses.map((address) => pointOf(`r${address}`, address)) });
  const map = mapReads(device.points, { ...readLimits(device), maxHole });
  const answers = (block: ReadBlock) =>
    block.quantity <= most &&
    !missing.some((address) => address >= block.address && address < block.address + block.quantity);
  const outcome = {
    requests: 0,
    refused: [] as number[],
    read: [] as number[],
    cuts: [] as number[],
    holes: [] as [number, number][],
    limits: [] as number[],
  };
  const ask = (points: readonly PlannedPoint[]) => {
    let isRefused = false;
    for (const block of planReads(
      map,
      points.map(({ point }) => point),
    )) {
      outcome.requests += 1;
      if (answers(block)) outcome.read.push(...addressesOf(block.points));
      else isRefused = true;
    }
    return isRefused ? ('refused' as const) : ('read' as const);
  };
  for (const block of planReads(map, map.readable)) {
    if (answers(block)) outcome.read.push(...addressesOf(block.points));
    else {
      const narrowing = narrowDown(block, {
        onRefused: (points) => outcome.refused.push(...addressesOf(points)),
        onCut: ({ address }, { from, to }) => {
          outcome.cuts.push(address);
          outcome.holes.push([from, to]);
        },
        onTooLong: (quantity) => outcome.limits.push(quantity),
      });
      for (let step = narrowing.next(); !step.done; step = narrowing.next(ask(step.value)));
    }
  }
  return outcome;
}

const registers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a block that a device refuses', () => {
  it('because of one register is read but for that register, with about two requests for each halving', async () => {
    const { refused, read, requests, cuts } = await findOut(registers(0, 99), { missing: [37] });
    expect(refused).toEqual([37]);
    expect(read.sort((a, b) => a - b)).toEqual(registers(0, 99).filter((address) => address !== 37));
    expect(requests).toBeLessThanOrEqual(14);
    expect(cuts).toEqual([]);
  });

  it('because of a hole teaches that the hole may not be gone over', async () => {
    const { refused, read, cuts, holes } = await findOut([0, 1, 2, 6, 7], { missing: [4], maxHole: 10 });
    expect(refused).toEqual([]);
    expect(cuts).toEqual([6]);
    expect(holes).toEqual([[3, 5]]);
    expect(new Set(read)).toEqual(new Set([0, 1, 2, 6, 7]));
  });

  it('because it is too long teaches how much is taken', async () => {
    const { refused, limits, cuts } = await findOut(registers(0, 99), { most: 60 });
    expect({ refused, cuts, limits }).toEqual({ refused: [], cuts: [], limits: [50] });
  });

  it('because it is too long teaches that also where its halves were read over holes of their own', async () => {
    const addresses = [
      ...registers(0, 29),
      ...registers(32, 61),
      ...registers(62, 91),
      ...registers(94, 123),
    ];
    const { limits, cuts } = await findOut(addresses, { most: 70, maxHole: 5 });
    expect({ cuts, limits }).toEqual({ cuts: [], limits: [62] });
  });
});

it('whatever registers a device lacks, those and only those are refused, and all others are read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 40 }),
      fc.uniqueArray(fc.nat(60), { maxLength: 12 }),
      fc.nat(5),
      async (addresses, missing, maxHole) => {
        const outcome = await findOut(addresses, { missing, maxHole });
        const lacking = addresses.filter((address) => missing.includes(address));
        expect(new Set(outcome.refused)).toEqual(new Set(lacking));
        expect(new Set(outcome.read)).toEqual(
          new Set(addresses.filter((address) => !missing.includes(address))),
        );
      },
    ),
  );
});
