import { setTimeout as sleep } from 'node:timers/promises';
import { DidNotHappen } from '../../world/service.ts';
import type { Fault, WorldShape } from '../fault.ts';

const hourMs = 3_600_000;

/** Replaces what a process takes for the wall clock; the monotonic clock goes on as it is. @returns an expression for its inspector */
export const wallClockOff = (offsetMs: number): string => `(() => {
  const Real = globalThis.RealDate ??= Date;
  globalThis.Date = class extends Real {
    constructor(...args) { args.length === 0 ? super(Real.now() + (${offsetMs})) : super(...args); }
    static now() { return Real.now() + (${offsetMs}); }
  };
  return Date.now() - Real.now();
})()`;

/**
 * The wall clock of one process is set an hour forward or back, and later right again. Then the process is
 * restarted, as an operator would: a collector does not follow a clock that was set back far.
 */
export function turnClock(name: string, of: (shape: WorldShape) => readonly string[]): Fault {
  return {
    name,
    plan: (random, shape) => {
      const target = random.pick(of(shape));
      const offsetMs = random.pick([hourMs, -hourMs]);
      const forMs = random.integer(4_000, 10_000);
      return {
        targets: [target],
        takesMs: forMs + 6_000,
        what: `the clock of ${target} set ${offsetMs > 0 ? 'forward' : 'back'} by an hour for ${forMs} ms`,
        run: async (world) => {
          const service = world.service(target);
          const turned = await service.evaluate<number>(wallClockOff(offsetMs), 10_000);
          if (Math.abs(turned - offsetMs) > 1_000) throw new DidNotHappen(`${target} is off by ${turned} ms`);
          await sleep(forMs);
          await service.evaluate<number>(wallClockOff(0), 10_000);
          await service.terminate();
          await service.start();
        },
      };
    },
  };
}
