import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, WorldShape } from '../fault.ts';

/** SIGTERM of one service of a kind: it must end by itself, and no session may end with it. */
export function terminateService(name: string, of: (shape: WorldShape) => readonly string[]): Fault {
  return {
    name,
    plan: (random, shape) => {
      const target = random.pick(of(shape));
      const downMs = random.integer(0, 6_000);
      return {
        targets: [target],
        takesMs: downMs + 6_000,
        what: `SIGTERM of ${target}, down for ${downMs} ms`,
        run: async (world) => {
          const service = world.service(target);
          const { code } = await service.terminate();
          if (code !== 0) world.say(`${target} ended with code ${code} after its SIGTERM`);
          await sleep(downMs);
          await service.start();
        },
      };
    },
  };
}
