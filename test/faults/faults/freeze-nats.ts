import type { Fault } from '../fault.ts';
import { freezeProcess } from '../world/service.ts';

/** nats-server stands still: connections stay open and nothing is answered. */
export function freezeNats(name: string, forMs: number, fromMinutes = 0): Fault {
  return {
    name,
    fromMinutes,
    plan: () => ({
      targets: ['nats'],
      takesMs: forMs + 3_000,
      what: `SIGSTOP of nats-server for ${forMs} ms`,
      run: (world) => freezeProcess(world.nats.pid, 'nats-server', forMs),
    }),
  };
}
