import { describe, expect, it } from 'vitest';
import { chooseCollector } from './choose-collector.ts';
import type { Fleet } from './fleet.ts';
import { Occupancy } from './occupancy.ts';
import { type Placed, rebalance } from './rebalance.ts';

const collectorIds = ['c1', 'c2', 'c3'];
const fleet: Fleet = new Map(
  collectorIds.map((collectorId) => [
    collectorId,
    { collectorId, verdict: 'alive', capacity: 1_000, labels: {}, voidUpTo: 0 },
  ]),
);

/** A fleet with so many sessions on each collector; those placed first have been there longest. */
function placedOn(loads: readonly number[]): Placed[] {
  let count = 0;
  return loads.flatMap((load, index) =>
    Array.from({ length: load }, (): Placed => {
      count += 1;
      const collectorId = collectorIds[index] ?? '';
      return { taskId: String(count), collectorId, needs: undefined, heldForMs: 1_000_000 - count };
    }),
  );
}

function occupancyOf(placed: readonly Placed[]): Occupancy {
  const occupancy = new Occupancy();
  for (const { collectorId, taskId, needs } of placed) occupancy.add(collectorId, `${taskId}-1`, needs);
  return occupancy;
}

/** Moves sessions until nothing is left to move. @returns loads at the end, and how often sessions were moved */
function balance(loads: readonly number[], maxMoves: number): { loads: number[]; moves: number } {
  let placed = placedOn(loads);
  let moved = 0;
  for (;;) {
    const moves = rebalance(fleet, placed, occupancyOf(placed), { minHoldMs: 0, maxMoves });
    if (moves.length === 0) break;
    moved += moves.length;
    if (moved > 1_000) throw new Error('this comes to no end');
    placed = placed.filter((session) => !moves.includes(session));
    for (const { taskId, collectorId: avoid } of moves) {
      const choice = chooseCollector({ fleet, occupancy: occupancyOf(placed), avoid });
      if (!choice.ok) throw new Error(choice.why.code);
      placed.push({ taskId, collectorId: choice.collectorId, needs: undefined, heldForMs: 0 });
    }
  }
  const load = (id: string) => placed.filter(({ collectorId }) => collectorId === id).length;
  return { loads: collectorIds.map(load), moves: moved };
}

describe('balance between collectors', () => {
  it.each([
    { before: [100, 100, 0], after: [67, 67, 66], moves: 66 },
    { before: [100, 50, 0], after: [50, 50, 50], moves: 50 },
    { before: [9, 0, 0], after: [3, 3, 3], moves: 6 },
    { before: [34, 33, 33], after: [34, 33, 33], moves: 0 },
    { before: [2, 1, 0], after: [1, 1, 1], moves: 1 },
  ])('of $before comes with $moves moves and not one more', ({ before, after, moves }) => {
    for (const maxMoves of [1, 10]) {
      const done = balance(before, maxMoves);
      expect(done.moves).toBe(moves);
      expect(done.loads.sort((a, b) => b - a)).toEqual(after.sort((a, b) => b - a));
    }
  });

  it('takes the sessions first that have been where they are for longest', () => {
    const placed = placedOn([6, 0, 0]);
    const moves = rebalance(fleet, placed, occupancyOf(placed), { minHoldMs: 0, maxMoves: 2 });
    expect(moves.map(({ taskId }) => taskId)).toEqual(['1', '2']);
  });
});
