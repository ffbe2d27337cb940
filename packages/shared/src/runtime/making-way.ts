import { setImmediate } from 'node:timers/promises';

const inARowMs = 5;

/**
 * The items one by one, for work on thousands of them: after every 5 ms of it, other work of this process, such as
 * polling, has its turn.
 */
export async function* makingWay<T>(items: Iterable<T>): AsyncGenerator<T> {
  let sinceMs = performance.now();
  for (const item of items) {
    if (performance.now() - sinceMs > inARowMs) {
      await setImmediate();
      sinceMs = performance.now();
    }
    yield item;
  }
}
