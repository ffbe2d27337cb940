import { allServices, DidNotHappen, type Fault } from '../fault.ts';

/** The machine loses power: everything is gone at the same moment, and comes back in no order. */
export const allAtOnce: Fault = {
  name: 'everything-kill',
  fromMinutes: 1,
  plan: (random, shape) => {
    const order = random.shuffled(allServices(shape));
    return {
      targets: [...order, 'nats', 'postgres'],
      takesMs: 8_000,
      what: 'kill -9 of everything at once',
      run: async (world) => {
        const servers = [world.nats.kill(), world.postgres.kill()];
        const services = order.map((id) => world.service(id).kill());
        const killed = await Promise.allSettled([...servers, ...services]);
        // Brings back also what had ended before: anything left out would be away for the rest of the run.
        const back = [world.nats.restart(), world.postgres.restart()];
        await Promise.all([...back, ...order.map((id) => world.service(id).start())]);
        const failed = killed.find((each) => each.status === 'rejected');
        if (failed) throw failed.reason;
        for (const { signal } of await Promise.all(servers)) {
          if (signal !== 'SIGKILL') throw new DidNotHappen('a server had ended before it was killed');
        }
      },
    };
  },
};
