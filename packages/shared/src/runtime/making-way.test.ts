import { expect, it } from 'vitest';
import { makingWay } from './making-way.ts';

async function* arrived<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

it.each([
  ['items at hand', [1, 2, 3]],
  ['items that have arrived', arrived([1, 2, 3])],
])(
  'work on many %s gives all of them in order, and lets run in between what else is due',
  async (_what, items) => {
    let others = 0;
    setImmediate(() => {
      others += 1;
    });
    const rounds: [number, number][] = [];
    for await (const item of makingWay<number>(items)) {
      rounds.push([item, others]);
      for (const startedAt = performance.now(); performance.now() - startedAt < 6; );
    }
    expect(rounds).toEqual([
      [1, 0],
      [2, 1],
      [3, 1],
    ]);
  },
);
