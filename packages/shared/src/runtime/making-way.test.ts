import { expect, it } from 'vitest';
import { makingWay } from './making-way.ts';

it('work on many items gives all of them in order, and lets run in between what else is due', async () => {
  let others = 0;
  setImmediate(() => {
    others += 1;
  });
  const rounds: [number, number][] = [];
  for await (const item of makingWay([1, 2, 3])) {
    rounds.push([item, others]);
    for (const startedAt = performance.now(); performance.now() - startedAt < 6; );
  }
  expect(rounds).toEqual([
    [1, 0],
    [2, 1],
    [3, 1],
  ]);
});
