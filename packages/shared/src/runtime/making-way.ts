import { setImmediate } from 'node:timers/promises';

const inARowMs = 5;

/** The items one by one, for work on thousands of them: what else is due in this process, as the polling of devices, runs after every 5 ms of it. */
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
