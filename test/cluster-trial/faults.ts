import { setTimeout as sleep } from 'node:timers/promises';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { leaderOf, nodesUsedBy } from './brokers.ts';
import type { Allowance, ClusterFault, Hurt } from './fault.ts';
import type { NatsNode } from './hosts/nats-node.ts';
import type { Host, Trouble } from './network/network.ts';
import { stepDownAgainAndAgain } from './step-down.ts';
import { type ClusterWorld, lease } from './world.ts';

const gone: Trouble = { loss: 1 };

/** No lease ends: devices go unread for no more than a tick or two on their way. */
const nothing: Allowance = { unreadMs: 2_000, refusedWithLeaderMs: 1_500 };
/** Another collector takes a holder's sessions when the lease is over. */
const oneLease: Allowance = { unreadMs: lease.ttlMs + 2_000, refusedWithLeaderMs: 1_500 };
/** The API may have to leave a node that takes its questions and answers none: it does so after 4 s without an answer. */
const leftNode: Allowance = { ...oneLease, refusedWithLeaderMs: 7_000 };
/** The holder reads until its lease is over, and the next one goes on after the margin. */
const handOver: Allowance = { unreadMs: lease.marginMs + 4_000, refusedWithLeaderMs: 1_500 };

/** Values that waited for the database are there so soon after the heal. */
const storedAfterMs = 5_000;

export const clusterFaults: readonly ClusterFault[] = [
  ...[0, 1, 2].map((index) => ({
    ...{ name: `node-${index + 1}-killed`, what: 'one node killed, back after 15 s', forMs: 15_000 },
    ...{ isShort: index === 0, allowed: nothing },
    hurt: (world: ClusterWorld) => down(world, [nodeAt(world, index)]),
  })),
  ...[0, 1, 2].map((index) => ({
    ...{ name: `node-${index + 1}-frozen`, what: 'one node frozen for 30 s', forMs: 30_000 },
    ...{ allowed: leftNode },
    hurt: (world: ClusterWorld) => frozen(world, nodeAt(world, index)),
  })),
  ...[0, 1, 2].map((index) => ({
    ...{ name: `node-${index + 1}-wiped`, what: 'one node lost with its disk, back empty', forMs: 10_000 },
    ...{ isShort: index === 1, allowed: nothing },
    hurt: (world: ClusterWorld) => down(world, [nodeAt(world, index)], { isWiped: true }),
  })),
  {
    ...{ name: 'nodes-rolling-restart', what: 'the nodes restarted one after the other', forMs: 0 },
    allowed: nothing,
    hurt: async (world) => {
      for (const node of world.nodes) {
        await node.stop();
        await node.start();
        await node.healthy();
      }
      return { collectors: [], whom: 'all nodes', heal: async () => {} };
    },
  },
  {
    ...{
      name: 'elections-forced',
      what: 'leaders of log and leases deposed every 2 s for 30 s, in a burst of commands',
    },
    ...{ forMs: 30_000, isShort: true, isInBurst: true, allowed: { ...nothing, refusedWithLeaderMs: 3_000 } },
    hurt: async (world) => {
      const stop = await stepDownAgainAndAgain(world);
      return { collectors: [], whom: 'SESSIONS, COLLECTORS, LEADER', heal: stop };
    },
  },
  {
    ...{ name: 'node-cut-below-api', what: 'the node that the API uses cut off from the other two' },
    ...{ forMs: 60_000, isShort: true, allowed: leftNode },
    hurt: async (world) => cutFromOthers(world, await nodeOf(world, world.hosts.api)),
  },
  {
    ...{ name: 'node-cut-elsewhere', what: 'a node that the API does not use cut off from the other two' },
    ...{ forMs: 60_000, isShort: true, allowed: oneLease },
    hurt: async (world) => {
      const used = await nodeOf(world, world.hosts.api);
      const leader = await leaderOf(world.nodes, streamNames.sessions);
      const others = world.nodes.filter((node) => node !== used);
      return cutFromOthers(world, others.find((node) => node === leader) ?? (others[0] as NatsNode));
    },
  },
  {
    ...{
      name: 'site-cut',
      what: 'a node, the API, a supervisor and a collector on one side, all others on the other',
    },
    ...{ forMs: 60_000, allowed: { ...handOver, refusedWithLeaderMs: Number.POSITIVE_INFINITY } },
    hurt: async (world) => {
      const { hosts, network } = world;
      const node = await nodeOf(world, hosts.api);
      const collector = busiestCollector(world);
      const site = [node.host, hosts.api, await leadingSupervisor(world), collector];
      const rest = rivals(world).filter((host) => !site.includes(host));
      const onNode = await collectorsOn(world, [node]);
      await network.between(site, rest, gone);
      return { collectors: [collector, ...onNode], whom: namesOf(site), ...healed(world) };
    },
  },
  {
    ...{ name: 'two-nodes-gone', what: 'two of three nodes gone for 30 s', forMs: 30_000, isShort: true },
    allowed: { unreadMs: 30_000, refusedWithLeaderMs: 1_500 },
    hurt: (world) => down(world, world.nodes.slice(0, 2), { everybody: true }),
  },
  {
    ...{ name: 'all-nodes-gone', what: 'all nodes gone for 20 s', forMs: 20_000 },
    allowed: { unreadMs: 25_000, refusedWithLeaderMs: 1_500 },
    hurt: (world) => down(world, world.nodes, { everybody: true }),
  },
  ...(
    [
      ['both-ways', 'a collector cut off from the nodes', true],
      ['outwards', 'nothing of a collector reaches the nodes', true],
      ['inwards', 'nothing of the nodes reaches a collector', false],
    ] as const
  ).map(([name, what, isShort]) => ({
    ...{ name: `collector-cut-${name}`, what, isShort, forMs: 30_000, allowed: handOver },
    hurt: async (world: ClusterWorld) => {
      const collector = busiestCollector(world);
      const { network, hosts } = world;
      if (name !== 'inwards') await network.oneWay([collector], hosts.nodes, gone);
      if (name !== 'outwards') await network.oneWay(hosts.nodes, [collector], gone);
      return { collectors: [collector], whom: collector.name, ...healed(world) };
    },
  })),
  {
    ...{ name: 'collector-flapping', what: 'the link of a collector 4 s away and 3 s there, for a minute' },
    ...{ forMs: 60_000, isShort: true, allowed: oneLease },
    hurt: async (world) => {
      const collector = busiestCollector(world);
      const stop = flapping(world, [collector], world.hosts.nodes, { awayMs: 4_000, thereMs: 3_000 });
      return { collectors: [collector], whom: collector.name, ...healedBy([stop]) };
    },
  },
  ...(
    [
      ['collector-lossy', '40 % of the packets between a collector and the nodes lost', { loss: 0.4 }],
      ['collector-slow', 'a round trip of 1.6 s between a collector and the nodes', { delayMs: 800 }],
      ['collector-slower', 'a round trip of 3.2 s between a collector and the nodes', { delayMs: 1_600 }],
    ] as const
  ).map(([name, what, trouble]) => ({
    ...{ name, what, forMs: 60_000, isShort: name === 'collector-slow' },
    allowed: { unreadMs: lease.ttlMs + lease.marginMs + 3_000, refusedWithLeaderMs: 1_500 },
    hurt: async (world: ClusterWorld) => {
      const collector = busiestCollector(world);
      await world.network.between([collector], world.hosts.nodes, trouble);
      return { collectors: [collector], whom: collector.name, ...healed(world) };
    },
  })),
  {
    ...{
      name: 'collectors-flapping',
      what: 'the links of all collectors 4 s away and 3 s there, one after the other, for 35 s',
    },
    ...{ forMs: 35_000, isShort: true, allowed: { ...oneLease, storedAfterMs } },
    hurt: async (world) => {
      const { nodes, collectors } = world.hosts;
      const cycleMs = 7_000;
      const stops = collectors.map((collector, index) =>
        flapping(world, [collector], nodes, {
          ...{ awayMs: 4_000, thereMs: cycleMs - 4_000 },
          firstAfterMs: (index * cycleMs) / collectors.length,
        }),
      );
      return { collectors, whom: namesOf(collectors), ...healedBy(stops) };
    },
  },
  {
    ...{
      name: 'nodes-flapping',
      what: 'each node cut off from the others for 4 s of 30 s, one after the other',
    },
    ...{ forMs: 60_000, allowed: { ...oneLease, refusedWithLeaderMs: 7_000, storedAfterMs } },
    hurt: async (world) => {
      const { nodes, collectors } = world.hosts;
      const cycleMs = 30_000;
      const stops = nodes.map((node, index) =>
        flapping(world, [node], nodes, {
          ...{ awayMs: 4_000, thereMs: cycleMs - 4_000 },
          firstAfterMs: (index * cycleMs) / nodes.length,
        }),
      );
      return { collectors, whom: namesOf(nodes), ...healedBy(stops) };
    },
  },
  {
    ...{
      name: 'nodes-far-apart',
      what: 'a round trip of 1 s between all nodes',
      forMs: 45_000,
      isShort: true,
    },
    // A command takes several round trips between nodes.
    answerWithinMs: 15_000,
    allowed: {
      ...oneLease,
      refusedWithLeaderMs: 7_000,
      shownAfterMs: 5_000,
      readAfterMs: oneLease.unreadMs,
      storedAfterMs,
    },
    hurt: async (world) => {
      const { nodes, collectors } = world.hosts;
      await world.network.between(nodes, nodes, { delayMs: 500 });
      return { collectors, whom: namesOf(nodes), ...healed(world) };
    },
  },
  {
    ...{
      name: 'supervisor-slow',
      what: 'a round trip of 1.6 s between the leading supervisor and the nodes, and a collector frozen',
    },
    ...{ forMs: 30_000, isShort: true },
    allowed: { ...oneLease, readAfterMs: oneLease.unreadMs, storedAfterMs },
    hurt: async (world) => {
      const [supervisor, collector] = [await leadingSupervisor(world), busiestCollector(world)];
      const { pid } = world.service(collector.name);
      await world.network.between([supervisor], world.hosts.nodes, { delayMs: 800 });
      process.kill(pid, 'SIGSTOP');
      const heal = async (): Promise<void> => {
        process.kill(pid, 'SIGCONT');
        await world.network.heal();
      };
      return { collectors: [collector], whom: namesOf([supervisor, collector]), heal, isOfNetwork: true };
    },
  },
  {
    ...{ name: 'supervisor-cut', what: 'the leading supervisor cut off', forMs: 30_000, allowed: nothing },
    hurt: async (world) => cutOff(world, await leadingSupervisor(world)),
  },
  {
    ...{ name: 'writer-cut', what: 'a writer cut off', forMs: 30_000, allowed: nothing },
    hurt: async (world) => cutOff(world, world.hosts.writers[0] as Host),
  },
  {
    ...{ name: 'postgres-cut', what: 'PostgreSQL cut off from everybody', forMs: 60_000, isShort: true },
    // A start needs PostgreSQL: only what is running can be commanded meanwhile.
    allowed: { ...nothing, refusedWithLeaderMs: Number.POSITIVE_INFINITY, storedAfterMs },
    hurt: async (world) => cutOff(world, world.hosts.postgres),
  },
  {
    ...{ name: 'api-cut', what: 'the API cut off from nodes and PostgreSQL', forMs: 30_000 },
    allowed: { ...nothing, refusedWithLeaderMs: Number.POSITIVE_INFINITY },
    hurt: async (world) => cutOff(world, world.hosts.api),
  },
];

function nodeAt({ nodes }: ClusterWorld, index: number): NatsNode {
  const node = nodes[index];
  if (!node) throw new Error(`there is no node ${index + 1}`);
  return node;
}

async function nodeOf({ nodes }: ClusterWorld, host: Host): Promise<NatsNode> {
  const [used] = await nodesUsedBy(nodes, [host]);
  if (!used) throw new Error(`${host.name} is connected to no node`);
  return used.node;
}

/** Collectors that are connected to one of these nodes. */
async function collectorsOn({ nodes, hosts }: ClusterWorld, hit: readonly NatsNode[]): Promise<Host[]> {
  const used = await nodesUsedBy(nodes, hosts.collectors);
  return used.filter(({ node }) => hit.includes(node)).map(({ host }) => host);
}

async function down(
  world: ClusterWorld,
  nodes: readonly NatsNode[],
  { isWiped = false, everybody = false } = {},
): Promise<Hurt> {
  const collectors = everybody ? world.hosts.collectors : await collectorsOn(world, nodes);
  await Promise.all(nodes.map((node) => node.kill()));
  if (isWiped) await Promise.all(nodes.map((node) => node.wipe()));
  return {
    collectors,
    whom: namesOf(nodes.map(({ host }) => host)),
    heal: async () => {
      await Promise.all(nodes.map((node) => node.start()));
    },
  };
}

async function frozen(world: ClusterWorld, node: NatsNode): Promise<Hurt> {
  const collectors = await collectorsOn(world, [node]);
  process.kill(node.pid, 'SIGSTOP');
  return {
    collectors,
    whom: node.host.name,
    heal: async () => {
      process.kill(node.pid, 'SIGCONT');
    },
  };
}

/** Cuts the node off from the other nodes; its clients still reach it. */
async function cutFromOthers(world: ClusterWorld, node: NatsNode): Promise<Hurt> {
  const collectors = await collectorsOn(world, [node]);
  const others = world.hosts.nodes.filter((host) => host !== node.host);
  await world.network.between([node.host], others, gone);
  return { collectors, whom: node.host.name, ...healed(world) };
}

/** Cuts the host off from all but devices, operators and observers. */
async function cutOff(world: ClusterWorld, host: Host): Promise<Hurt> {
  await world.network.between([host], rivals(world), gone);
  return { collectors: [], whom: host.name, ...healed(world) };
}

/** All hosts but those that stay in reach whatever happens: devices, and the desk. */
function rivals({ hosts }: ClusterWorld): Host[] {
  return [
    ...hosts.nodes,
    hosts.postgres,
    hosts.api,
    ...hosts.supervisors,
    ...hosts.collectors,
    ...hosts.writers,
    ...hosts.alarms,
  ];
}

/** Cuts the link between the first hosts and the others again and again. @returns stops that, and mends the link */
function flapping(
  { network }: ClusterWorld,
  some: readonly Host[],
  others: readonly Host[],
  { awayMs, thereMs, firstAfterMs = 0 }: { awayMs: number; thereMs: number; firstAfterMs?: number },
): () => Promise<void> {
  const stopping = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  const run = async (): Promise<void> => {
    await pause(firstAfterMs);
    while (!stopping.signal.aborted) {
      await network.between(some, others, gone);
      await pause(awayMs);
      await network.between(some, others, {});
      await pause(thereMs);
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}

function healedBy(stops: readonly (() => Promise<void>)[]): Pick<Hurt, 'heal' | 'isOfNetwork'> {
  const heal = async (): Promise<void> => {
    await Promise.all(stops.map((stop) => stop()));
  };
  return { heal, isOfNetwork: true };
}

function healed({ network }: ClusterWorld): Pick<Hurt, 'heal' | 'isOfNetwork'> {
  const heal = async (): Promise<void> => {
    await network.heal();
  };
  return { heal, isOfNetwork: true };
}

/** The collector whose loss is felt most: it was the last to ask most of the devices. */
function busiestCollector({ hosts, requests, load, devicesOf }: ClusterWorld): Host {
  const codes = new Set(load.steady.flatMap(({ taskId }) => devicesOf(taskId)));
  const lastAskedBy = new Map<string, string | undefined>();
  for (const { device, collector } of requests) if (codes.has(device)) lastAskedBy.set(device, collector);
  const held = ({ name }: Host) => [...lastAskedBy.values()].filter((holder) => holder === name).length;
  const [busiest] = hosts.collectors.toSorted((a, b) => held(b) - held(a));
  if (!busiest) throw new Error('there is no collector');
  return busiest;
}

async function leadingSupervisor(world: ClusterWorld): Promise<Host> {
  const leader = world.hosts.supervisors.find(({ name }) => world.service(name).leads);
  if (!leader) throw new Error('no supervisor leads');
  return leader;
}

function namesOf(hosts: readonly Host[]): string {
  return hosts.map(({ name }) => name).join(', ');
}
