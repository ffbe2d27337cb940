import { setTimeout as sleep } from 'node:timers/promises';

/** The result of some work, and how long it took. */
export async function timed<T>(work: () => Promise<T>): Promise<readonly [seconds: number, result: T]> {
  const from = performance.now();
  const result = await work();
  return [(performance.now() - from) / 1_000, result];
}

/** Does some work again, `pauseMs` after each time, until `isOver`. @returns the longest time that it took, in seconds */
export async function longestTime(
  work: () => Promise<unknown>,
  { isOver, pauseMs }: { readonly isOver: () => boolean; readonly pauseMs: number },
): Promise<number> {
  let longestS = 0;
  while (!isOver()) {
    const [seconds] = await timed(work);
    longestS = Math.max(longestS, seconds);
    await sleep(pauseMs);
  }
  return longestS;
}
