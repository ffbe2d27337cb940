import { setTimeout as sleep } from 'node:timers/promises';
import { DidNotHappen } from '../../world/service.ts';
import type { Fault, WorldShape } from '../fault.ts';

/** A client of NATS does not see a pulled cable; it notices by its pings, within about this time. */
const noticesSilenceMs = 7_000;

/**
 * A process loses its way to NATS and nothing else: a collector still reaches its devices. Either connections are
 * reset and refused, or they stay open and carry nothing, as with a cable pulled out.
 */
export function cutOff(name: string, of: (shape: WorldShape) => readonly string[]): Fault {
  return {
    name,
    plan: (random, shape) => {
      const target = random.pick(of(shape));
      const how = random.pick(['reset', 'silent'] as const);
      const atLeastMs = how === 'silent' ? noticesSilenceMs : shape.leaseTtlMs;
      const forMs = atLeastMs + random.integer(1_000, 5_000);
      return {
        targets: [target],
        takesMs: forMs + 1_000,
        what: `${target} cut off from NATS (${how}) for ${forMs} ms`,
        run: async (world) => {
          const service = world.service(target);
          const { proxy } = service;
          if (!proxy) throw new Error(`${target} has no proxy`);
          const mark = service.mark();
          if (how === 'reset') await proxy.cut();
          else proxy.stall();
          try {
            await sleep(forMs);
            if (how === 'reset' && proxy.connectionCount > 0)
              throw new DidNotHappen(`${target} is connected`);
            const hasNoticed = service.saidSince(
              mark,
              /lost the connection to NATS|lease lost|does not lead/,
            );
            // A process that had no connection in the first place (the broker was down as well) has nothing to notice.
            if (!hasNoticed) world.say(`${target} said nothing of being cut off`);
          } finally {
            await proxy.heal();
          }
        },
      };
    },
  };
}
