import type { Fault } from '../fault.ts';

/** The supervisor that leads stands still until another one has taken over, and then goes on. */
export const freezeLeader: Fault = {
  name: 'leader-sigstop',
  plan: (random, shape) => {
    const forMs = shape.leaseTtlMs + random.integer(1_500, 5_000);
    return {
      targets: shape.supervisors,
      takesMs: forMs + 3_000,
      what: `SIGSTOP of the leading supervisor for ${forMs} ms`,
      run: async (world) => {
        const leader = await world.leader();
        world.say(`${leader.id} leads`);
        await leader.freeze(forMs);
      },
    };
  },
};
