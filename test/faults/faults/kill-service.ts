import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, WorldShape } from '../fault.ts';

/** kill -9 of one service of a kind, which is started again after a while. */
export function killService(name: string, of: (shape: WorldShape) => readonly string[]): Fault {
  return {
    name,
    plan: (random, shape) => {
      const target = random.pick(of(shape));
      const downMs = random.integer(0, 6_000);
      return {
        targets: [target],
        takesMs: downMs + 2_000,
        what: `kill -9 of ${target}, down for ${downMs} ms`,
        run: async (world) => {
          const service = world.service(target);
          await service.kill();
          await sleep(downMs);
          await service.start();
        },
      };
    },
  };
}
