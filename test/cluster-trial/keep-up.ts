import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../faults/world/service.ts';

const lookAgainMs = 1_000;

export interface Keeper {
  /** Services that ended by themselves, or on demand, and were started again; grows. */
  readonly startedAgain: readonly { readonly name: string; readonly atMs: number }[];
  stop(): Promise<void>;
}

/** Starts a service again a second after it has ended, as systemd and Docker do: nobody has to come for that. */
export function keepUp(services: readonly Service[]): Keeper {
  const startedAgain: { name: string; atMs: number }[] = [];
  let isStopping = false;
  const run = async (): Promise<void> => {
    while (!isStopping) {
      for (const service of services) {
        if (service.isUp()) continue;
        startedAgain.push({ name: service.id, atMs: Date.now() });
        await service.start();
      }
      await sleep(lookAgainMs);
    }
  };
  const running = run();
  return {
    startedAgain,
    stop: async () => {
      isStopping = true;
      await running;
    },
  };
}
