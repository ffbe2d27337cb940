import { setTimeout as sleep } from 'node:timers/promises';
import { DidNotHappen, type Fault } from '../fault.ts';

export const killPostgres: Fault = {
  name: 'postgres-kill',
  plan: (random) => {
    const downMs = random.integer(0, 8_000);
    return {
      targets: ['postgres'],
      takesMs: downMs + 4_000,
      what: `kill -9 of PostgreSQL, down for ${downMs} ms`,
      run: async ({ postgres }) => {
        const { signal } = await postgres.kill();
        if (signal !== 'SIGKILL') throw new DidNotHappen('PostgreSQL had ended before it was killed');
        await sleep(downMs);
        await postgres.restart();
      },
    };
  },
};

export const restartPostgres: Fault = {
  name: 'postgres-restart',
  plan: () => ({
    targets: ['postgres'],
    takesMs: 4_000,
    what: 'restart of PostgreSQL',
    run: async ({ postgres }) => {
      const before = postgres.pid;
      await postgres.restart();
      if (postgres.pid === before) throw new DidNotHappen('PostgreSQL is the same process as before');
    },
  }),
};
