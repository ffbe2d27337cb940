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
        await Promise.all([...servers, ...order.map((id) => world.service(id).kill())]);
        for (const { signal } of await Promise.all(servers)) {
          if (signal !== 'SIGKILL') throw new DidNotHappen('a server had ended before it was killed');
        }
        const back = [world.nats.restart(), world.postgres.restart()];
        await Promise.all([...back, ...order.map((id) => world.service(id).start())]);
      },
    };
  },
};
