import type { Fault } from '../fault.ts';

/** A collector stands still for longer than its lease and then goes on as if nothing had happened. */
export const freezeCollector: Fault = {
  name: 'collector-sigstop',
  plan: (random, shape) => {
    const target = random.pick(shape.collectors);
    const forMs = shape.leaseTtlMs + random.integer(1_000, 5_000);
    return {
      targets: [target],
      takesMs: forMs,
      what: `SIGSTOP of ${target} for ${forMs} ms`,
      run: (world) => world.service(target).freeze(forMs),
    };
  },
};
