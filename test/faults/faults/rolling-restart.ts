import { allServices, type Fault } from '../fault.ts';

/** As for an upgrade: one service after the other is shut down and started. */
export const rollingRestart: Fault = {
  name: 'rolling-restart',
  fromMinutes: 1,
  plan: (random, shape) => {
    const order = random.shuffled(allServices(shape));
    return {
      targets: order,
      takesMs: order.length * 2_500,
      what: `rolling restart: ${order.join(', ')}`,
      run: async (world) => {
        for (const id of order) {
          const service = world.service(id);
          await service.terminate();
          await service.start();
        }
      },
    };
  },
};
