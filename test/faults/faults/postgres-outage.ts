import { setTimeout as sleep } from 'node:timers/promises';
import { withDeadline } from '@holdfast/shared/runtime/timers.ts';
import { DidNotHappen } from '../../world/service.ts';
import type { Fault } from '../fault.ts';

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

/** Asked to end, PostgreSQL takes no new client and waits until its last client has left: all of ours have to leave. */
const leftWithinMs = 60_000;

export const terminatePostgres: Fault = {
  name: 'postgres-sigterm',
  plan: (random) => {
    const downMs = random.integer(0, 6_000);
    return {
      targets: ['postgres'],
      takesMs: downMs + 14_000,
      what: `SIGTERM of PostgreSQL, down for ${downMs} ms`,
      run: async ({ postgres }) => {
        process.kill(postgres.pid, 'SIGTERM');
        const exit = await withDeadline(postgres.exited, leftWithinMs);
        await sleep(downMs);
        await postgres.restart();
        if (!exit) throw new Error(`clients held PostgreSQL for ${leftWithinMs} ms after its SIGTERM`);
      },
    };
  },
};
