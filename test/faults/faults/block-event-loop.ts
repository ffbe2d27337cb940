import { DidNotHappen, type Fault, type WorldShape } from '../fault.ts';

const block = (forMs: number): string => `(() => {
  const from = performance.now();
  while (performance.now() - from < ${forMs}) {}
  return performance.now() - from;
})()`;

/** The process runs, but its event loop stands still for longer than the lease. */
export function blockEventLoop(name: string, of: (shape: WorldShape) => readonly string[]): Fault {
  return {
    name,
    plan: (random, shape) => {
      const target = random.pick(of(shape));
      const forMs = shape.leaseTtlMs + random.integer(1_000, 3_000);
      return {
        targets: [target],
        takesMs: forMs + 1_000,
        what: `the event loop of ${target} blocked for ${forMs} ms`,
        run: async (world) => {
          const blockedMs = await world.service(target).evaluate<number>(block(forMs), forMs + 30_000);
          if (blockedMs < forMs) throw new DidNotHappen(`${target} was blocked for ${blockedMs} ms only`);
        },
      };
    },
  };
}
