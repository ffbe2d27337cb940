import { setTimeout as sleep } from 'node:timers/promises';
import { actsOnListener } from '@holdfast/plant/faults/common-faults.ts';
import { durableNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { eventually } from '../../support/eventually.ts';
import { DidNotHappen, freezeProcess } from '../../world/service.ts';
import { allServices, type Fault, type WorldShape } from '../fault.ts';
import { cutOff } from './cut-off.ts';
import { killPostgres, restartPostgres, terminatePostgres } from './postgres-outage.ts';
import { deleteConsumers, replay } from './replay.ts';
import { turnClock } from './turn-clock.ts';

/** The machine loses power: everything is gone at the same moment, and comes back in no order. */
const allAtOnce: Fault = {
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
        // Brings back also what had ended before: anything left out would be down for the rest of the run.
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

/** As for an upgrade: one service after the other is shut down and started. */
const rollingRestart: Fault = {
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

/** A device of a session that always runs does not do what it should. */
const deviceTrouble: Fault = {
  name: 'device-trouble',
  plan: (random, shape) => {
    const device = random.pick(shape.steadyDevices);
    const trouble = random.pick(shape.troubles);
    const forMs = random.integer(2_000, 6_000);
    return {
      targets: [`device ${device}`],
      takesMs: forMs,
      what: `device ${device}: ${trouble.kind} for ${forMs} ms`,
      run: async ({ plant, requests }) => {
        const from = requests.length;
        plant.plant.setFault({ device }, trouble);
        // A device that refuses connections sees no request.
        const isHurt = () =>
          actsOnListener(trouble)
            ? plant.plant.openConnections(device) === 0
            : requests.slice(from).some((request) => request.device === device);
        try {
          await sleep(forMs);
          await eventually(isHurt, {
            what: `a request to ${device} while it is in trouble`,
            timeoutMs: 60_000,
          });
        } finally {
          plant.plant.clearFault({ device });
        }
      },
    };
  },
};

const killNats: Fault = {
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

/** nats-server stands still: connections stay open and nothing is answered. */
function freezeNats(name: string, forMs: number, fromMinutes = 0): Fault {
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

const block = (forMs: number): string => `(() => {
  const from = performance.now();
  while (performance.now() - from < ${forMs}) {}
  return performance.now() - from;
})()`;

/** The process runs, but its event loop stands still for longer than the lease. */
function blockEventLoop(name: string, of: (shape: WorldShape) => readonly string[]): Fault {
  return {
    name,
    plan: (random, shape) => {
      const target = random.pick(of(shape));
      const forMs = shape.leaseTtlMs + random.integer(1_000, 3_000);
      return {
        targets: [target],
        takesMs: forMs + 1_000,
        what: `the event loop of ${target} blocked for ${forMs} ms`,
        run: async (world) => {
          const blockedMs = await world.service(target).evaluate<number>(block(forMs), forMs + 30_000);
          if (blockedMs < forMs) throw new DidNotHappen(`${target} was blocked for ${blockedMs} ms only`);
        },
      };
    },
  };
}

/** The supervisor that leads stands still until another one has taken over, and then goes on. */
const freezeLeader: Fault = {
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

/** A collector stands still for longer than its lease and then goes on as if nothing had happened. */
function freezeCollector(name: string): Fault {
  return {
    name,
    plan: (random, shape) => {
      const target = random.pick(shape.collectors);
      const forMs = shape.leaseTtlMs + random.integer(1_000, 5_000);
      return {
        targets: [target],
        takesMs: forMs,
        what: `SIGSTOP of ${target} for ${forMs} ms`,
        run: (world) => world.service(target).freeze(forMs),
      };
    },
  };
}

/** What happens to brokers, databases and devices, whatever the services are. */
const faultsAround: readonly Fault[] = [
  freezeNats('nats-sigstop-5s', 5_000),
  freezeNats('nats-sigstop-30s', 30_000, 5),
  killNats,
  killPostgres,
  restartPostgres,
  terminatePostgres,
  replay('samples-replay', streamNames.samples, durableNames.writer),
  deleteConsumers('sessions-consumers-deleted', streamNames.sessions),
  deviceTrouble,
];

export const allFaults: readonly Fault[] = [
  killService('api-kill', ({ apis }) => apis),
  killService('supervisor-kill', ({ supervisors }) => supervisors),
  killService('collector-kill', ({ collectors }) => collectors),
  killService('writer-kill', ({ writers }) => writers),
  terminateService('api-sigterm', ({ apis }) => apis),
  terminateService('supervisor-sigterm', ({ supervisors }) => supervisors),
  terminateService('collector-sigterm', ({ collectors }) => collectors),
  terminateService('writer-sigterm', ({ writers }) => writers),
  freezeCollector('collector-sigstop'),
  freezeLeader,
  blockEventLoop('collector-event-loop-blocked', ({ collectors }) => collectors),
  blockEventLoop('supervisor-event-loop-blocked', ({ supervisors }) => supervisors),
  cutOff('collector-cut-off', ({ collectors }) => collectors),
  cutOff('supervisor-cut-off', ({ supervisors }) => supervisors),
  turnClock('collector-clock', ({ collectors }) => collectors),
  turnClock('supervisor-clock', ({ supervisors }) => supervisors),
  turnClock('writer-clock', ({ writers }) => writers),
  ...faultsAround,
  rollingRestart,
  allAtOnce,
];

/**
 * Faults of a world in which one process is everything. What is done to one of the services is done to all of them. No
 * other supervisor can take over from a frozen leader, and to restart one process after the other is to restart this one.
 */
export const edgeFaults: readonly Fault[] = [
  killService('edge-kill', allServices),
  terminateService('edge-sigterm', allServices),
  freezeCollector('edge-sigstop'),
  blockEventLoop('edge-event-loop-blocked', allServices),
  cutOff('edge-cut-off', allServices),
  turnClock('edge-clock', allServices),
  ...faultsAround,
  allAtOnce,
];

/** kill -9 of one service of a kind, which is started again after a while. */
function killService(name: string, of: (shape: WorldShape) => readonly string[]): Fault {
  return {
    name,
    plan: (random, shape) => {
      const target = random.pick(of(shape));
      const downMs = random.integer(0, 6_000);
      return {
        targets: [target],
        takesMs: downMs + 2_000,
        what: `kill -9 of ${target}, down for ${downMs} ms`,
        run: async (world) => {
          const service = world.service(target);
          await service.kill();
          await sleep(downMs);
          await service.start();
        },
      };
    },
  };
}

/** SIGTERM of one service of a kind: it must end by itself, and no session may end with it. */
function terminateService(name: string, of: (shape: WorldShape) => readonly string[]): Fault {
  return {
    name,
    plan: (random, shape) => {
      const target = random.pick(of(shape));
      const downMs = random.integer(0, 6_000);
      return {
        targets: [target],
        takesMs: downMs + 6_000,
        what: `SIGTERM of ${target}, down for ${downMs} ms`,
        run: async (world) => {
          const service = world.service(target);
          const { code } = await service.terminate();
          if (code !== 0) world.say(`${target} ended with code ${code} after its SIGTERM`);
          await sleep(downMs);
          await service.start();
        },
      };
    },
  };
}
