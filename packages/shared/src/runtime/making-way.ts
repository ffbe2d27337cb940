import { setImmediate } from 'node:timers/promises';

const inARowMs = 5;

/**
 * The items one by one, for work on thousands of them: after every 5 ms of it, other work of this process, such as
 * polling, has its turn. Items that have already arrived, such as the messages of a batch, take no turn by themselves.
 */
export async function* makingWay<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  let sinceMs = performance.now();
  for await (const item of items) {
    if (performance.now() - sinceMs > inARowMs) {
      await setImmediate();
      sinceMs = performance.now();
    }
    yield item;
  }
}
