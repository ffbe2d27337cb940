import { setTimeout as sleep } from 'node:timers/promises';
import { DidNotHappen, type Fault } from '../fault.ts';

export const killNats: Fault = {
  name: 'nats-kill',
  plan: (random) => {
    const downMs = random.integer(0, 6_000);
    return {
      targets: ['nats'],
      takesMs: downMs + 4_000,
      what: `kill -9 of nats-server, down for ${downMs} ms`,
      run: async ({ nats }) => {
        const { signal } = await nats.kill();
        if (signal !== 'SIGKILL') throw new DidNotHappen('nats-server had ended before it was killed');
        await sleep(downMs);
        await nats.restart();
      },
    };
  },
};
