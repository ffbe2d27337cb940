import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { notOfLeader } from '@holdfast/shared/jetstream/connection/leader-info.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import type { StreamInfo } from '@nats-io/jetstream';
import { beforeAll, describe, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { configureAndStart, configureDevice, countPoint, sessionsPath } from '../support/over-rest.ts';
import type { RestClient } from '../support/rest-client.ts';
import { servicesForTest } from '../support/system-for-test.ts';
import { nodesOfCluster } from './nodes-of-cluster.ts';

const info = `$JS.API.STREAM.INFO.${streamNames.sessions}`;
const patient = { intervalMs: 100 };

/** Commands that are sent one after the other without waiting for the one before, and when each was taken. */
interface Commands {
  readonly takenAtMs: number[];
  stop(): Promise<void>;
}

describe('commands of an API whose NATS has to elect a leader for SESSIONS', () => {
  let nodes: NatsServer[];
  let rest: RestClient;
  let sessions: string[];

  beforeAll(async () => {
    nodes = await Promise.all((await nodesOfCluster(3)).map((start) => start()));
    ({ rest } = await servicesForTest({
      natsUrl: nodes.map(({ url }) => url).join(','),
      common: {
        STREAM_REPLICAS: '3',
        SESSIONS_MAX_BYTES: String(2 * 1024 * 1024),
        SAMPLES_MAX_BYTES: String(4 * 1024 * 1024),
        TASK_CONFIGS_MAX_BYTES: String(2 * 1024 * 1024),
      },
      settings: { writer: false, supervisor: false, collector: false },
    }));
    const place = { code: 'press-1', host: '127.0.0.1', port: 1, unit_id: 1 };
    const device = await configureDevice(rest, place, [countPoint]);
    sessions = [];
    for (let index = 0; index < 20; index += 1) {
      const task = { code: `presses-${index}`, period_ms: 1000, device_ids: [device.id] };
      sessions.push((await configureAndStart(rest, task)).sessionId);
    }
  });

  /** Pauses and resumes each session by itself. */
  function commands(): Commands {
    const takenAtMs: number[] = [];
    let isStopped = false;
    const run = async (session: string, index: number) => {
      await sleep(index * 50);
      for (let verb = 'pause'; !isStopped; await sleep(100)) {
        const { status } = await rest
          .post(`${sessionsPath}/${session}/${verb}/`)
          .catch(() => ({ status: 0 }));
        if (status === 200) takenAtMs.push(performance.now());
        // An answer of another kind leaves open whether the command was taken: it is sent again.
        if (status === 200 || status === 409) verb = verb === 'pause' ? 'resume' : 'pause';
      }
    };
    const running = sessions.map(run);
    return {
      takenAtMs,
      stop: async () => {
        isStopped = true;
        await Promise.all(running);
      },
    };
  }

  const ask = async (url: string, subject: string, timeout = 500) => {
    const { nc, close } = await connectNats({ url, name: 'test', log: createLogger('test', 'silent') });
    try {
      return (await nc.request(subject, '', { timeout })).json<StreamInfo>();
    } finally {
      await close();
    }
  };
  const leaderOf = ({ cluster, config }: StreamInfo) =>
    config && notOfLeader({ cluster, config } as StreamInfo) === undefined ? cluster?.leader : undefined;

  /** Looks at each of these nodes until one of them says that another leads. @returns when it was first said */
  async function untilLedByAnother(than: string, servers: readonly NatsServer[]): Promise<number> {
    const controller = new AbortController();
    const looks = servers.map(async ({ url }) => {
      const { nc, close } = await connectNats({ url, name: 'test', log: createLogger('test', 'silent') });
      try {
        return await eventually(
          async () => {
            if (controller.signal.aborted) return 0.1;
            const answer = await nc.request(info, '', { timeout: 300 });
            const leader = leaderOf(answer.json<StreamInfo>());
            return leader !== undefined && leader !== than && performance.now();
          },
          { what: 'a leader', intervalMs: 10 },
        );
      } finally {
        await close();
      }
    });
    try {
      return await Promise.any(looks);
    } finally {
      controller.abort();
      await Promise.allSettled(looks);
    }
  }

  it.each(['steps down', 'is killed'])(
    'are taken again when the leader of SESSIONS %s, and how long after the next one is there',
    async (what) => {
      const figures: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        const leader = await eventually(async () => leaderOf(await ask(nodes[0]?.url ?? '', info)), {
          what: 'a leader',
          ...patient,
        });
        const victim = nodes[Number(leader.at(-1)) - 1];
        if (!victim) throw new Error(`no node is called ${leader}`);
        const others = nodes.filter((node) => node !== victim);
        const sent = commands();
        await eventually(() => sent.takenAtMs.length >= 40, { what: 'commands to be taken', ...patient });

        const hurtAtMs = performance.now();
        const led = untilLedByAnother(leader, others);
        if (what === 'is killed') await victim.kill();
        else await ask(victim.url, `$JS.API.STREAM.LEADER.STEPDOWN.${streamNames.sessions}`, 60_000);
        const ledAtMs = await led;
        const takenCount = sent.takenAtMs.length;
        await eventually(() => sent.takenAtMs.length >= takenCount + 100, {
          what: 'commands again',
          ...patient,
        });
        await sent.stop();
        if (what === 'is killed') await victim.restart();

        const since = [hurtAtMs, ...sent.takenAtMs.filter((atMs) => atMs > hurtAtMs)];
        const pauses = since.map((atMs, index) => ({ fromMs: since[index - 1] ?? atMs, toMs: atMs }));
        const longest = pauses.toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))[0];
        const without = Math.round(ledAtMs - hurtAtMs);
        const after = Math.round((longest?.toMs ?? 0) - ledAtMs);
        figures.push(`${without} ms until the next leader, commands ${after} ms after it`);
        await eventually(
          async () => {
            const { config, cluster } = await ask(victim.url, info);
            const replicas = cluster?.replicas ?? [];
            return replicas.length === config.num_replicas - 1 && replicas.every(({ current }) => current);
          },
          { what: 'all copies', ...patient },
        );
      }
      process.stdout.write(`the leader of SESSIONS ${what}: ${figures.join('; ')}\n`);
    },
    300_000,
  );
});
