/**
 * Lets at most so many pieces of work be under way; the others wait in the order in which they came. Waiting work has
 * not been sent, so none of its timeouts runs: a busy process gets its answers later, instead of throwing all of them
 * away.
 */
export function fewAtOnce(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return async (work) => {
    if (underWay < most) underWay += 1;
    // A task that ends hands its place on.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else underWay -= 1;
    }
  };
}
