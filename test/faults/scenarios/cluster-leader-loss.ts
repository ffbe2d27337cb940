import { setTimeout as sleep } from 'node:timers/promises';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { eventually } from '../../support/eventually.ts';
import { startClients } from '../clients.ts';
import { judge } from '../judge.ts';
import { Random } from '../random.ts';
import { settled } from '../settled.ts';
import { nodeName } from '../world/brokers.ts';
import { freezeProcess } from '../world/service.ts';
import { startWorld, type World } from '../world/world.ts';
import { type Scenario, smallWorld } from './scenario.ts';

/** The defaults: an election takes 4 to 9 s and must not fence a fleet. */
const lease = { LEASE_TTL_MS: '10000', LEASE_RENEW_MS: '2000', LEASE_MARGIN_MS: '1000' } as const;

/**
 * Three nodes, every stream on all of them. The leader of SESSIONS stands still, then it is killed, then a whole
 * node is lost for a while, which may lead any of the streams and buckets.
 */
export const clusterLeaderLoss: Scenario = {
  name: 'cluster-leader-loss',
  run: async ({ folder, say, seed }) => {
    const world = await startWorld({ ...smallWorld, folder, say, brokers: 3, lease });
    const { clients, started } = startClients({
      url: world.rest.url,
      steady: world.load.steady.map(({ taskId }) => taskId),
      busy: world.load.busy.map(({ taskId }) => taskId),
      random: new Random(seed),
      clients: 2,
    });
    await started;
    const faults: Record<string, number> = {};
    const failures: string[] = [];
    const count = (name: string) => {
      faults[name] = (faults[name] ?? 0) + 1;
    };
    await sleep(10_000);

    const frozen = await leaderOf(world, streamNames.sessions);
    say(`SIGSTOP of ${nodeName(frozen)}, which leads SESSIONS, for 12 s`);
    await freezeProcess(nodeAt(world, frozen).pid, nodeName(frozen), 12_000);
    count('sessions-leader-sigstop');
    await sleep(10_000);

    const killed = await leaderOf(world, streamNames.sessions);
    say(`kill -9 of ${nodeName(killed)}, which leads SESSIONS, down for 15 s`);
    await nodeAt(world, killed).kill();
    await sleep(15_000);
    const next = await leaderOf(world, streamNames.sessions);
    if (next === killed) failures.push('SESSIONS has no new leader after its leader was killed');
    await nodeAt(world, killed).restart();
    count('sessions-leader-kill');
    await sleep(10_000);

    const lost = await leaderOf(world, streamNames.samples);
    say(`${nodeName(lost)}, which leads SAMPLES, is lost for 30 s`);
    await nodeAt(world, lost).kill();
    await sleep(30_000);
    await nodeAt(world, lost).restart();
    count('node-lost');
    await sleep(10_000);

    say('healing');
    await clients.stop();
    await world.heal();
    failures.push(...(await settled(world)));
    const verdict = await judge(world, clients.commands, {
      events: 20,
      sessions: world.load.steady.length + world.load.busy.length,
      ticks: 1_000,
      handOvers: 0,
    });
    await world.stop();
    return { faults, failures, verdict };
  },
};

function nodeAt({ brokers }: World, index: number) {
  const node = brokers[index];
  if (!node) throw new Error(`there is no ${nodeName(index)}`);
  return node;
}

/** Index of the node that leads a stream; waits while none does. */
async function leaderOf(world: World, stream: string): Promise<number> {
  const log = createLogger('fault', 'silent');
  const connection = await connectNats({ url: world.natsUrl, name: 'fault', log });
  try {
    const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
    const { index } = await eventually(
      async () => {
        const leader = (await jsm.streams.info(stream)).cluster?.leader;
        const found = world.brokers.findIndex((_, at) => nodeName(at) === leader);
        return found >= 0 && { index: found };
      },
      { what: `${stream} to have a leader`, timeoutMs: 60_000, intervalMs: 500 },
    );
    return index;
  } finally {
    await connection.close();
  }
}
