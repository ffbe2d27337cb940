import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsNode } from './hosts/nats-node.ts';
import type { Host } from './network/network.ts';
import type { Span } from './observations.ts';

interface StreamDetail {
  readonly name: string;
  readonly cluster?: {
    readonly leader?: string;
    /** The others, as this node knows them. */
    readonly replicas?: readonly { readonly current: boolean }[];
  };
}

interface JetStreamState {
  readonly account_details?: readonly { readonly stream_detail?: readonly StreamDetail[] }[];
}

interface Connections {
  readonly connections?: readonly { readonly ip: string }[];
}

/** The node that leads a stream: two nodes say the same, since one that was cut off may believe in itself for long. */
export async function leaderOf(nodes: readonly NatsNode[], stream: string): Promise<NatsNode | undefined> {
  const named = await Promise.all(
    nodes.map(async (node) => {
      const streams = await streamsOn(node);
      return streams.find(({ name }) => name === stream)?.cluster?.leader;
    }),
  );
  return nodes.find(({ host }) => named.filter((name) => name === host.name).length >= 2);
}

/** Streams that have no leader, or a copy that lacks something. Until there are none no other node may be lost. */
export async function incompleteStreams(nodes: readonly NatsNode[]): Promise<string[]> {
  const known = await Promise.all(
    nodes.map(async (node) => (await streamsOn(node)).map((detail) => ({ ...detail, on: node.host.name }))),
  );
  const byName = Map.groupBy(known.flat(), ({ name }) => name);
  return [...byName].flatMap(([name, copies]) => {
    const leader = copies.find(({ on, cluster }) => cluster?.leader === on);
    const others = leader?.cluster?.replicas ?? [];
    const isComplete =
      copies.length === nodes.length &&
      others.length === nodes.length - 1 &&
      others.every(({ current }) => current);
    return isComplete ? [] : [name];
  });
}

async function streamsOn(node: NatsNode): Promise<readonly StreamDetail[]> {
  const state = await node.monitor<JetStreamState>('jsz?accounts=true&streams=true');
  return state?.account_details?.flatMap(({ stream_detail }) => stream_detail ?? []) ?? [];
}

/** The nodes to which these hosts are connected as clients. */
export async function nodesUsedBy(
  nodes: readonly NatsNode[],
  hosts: readonly Host[],
): Promise<readonly { host: Host; node: NatsNode }[]> {
  const found = await Promise.all(
    nodes.map(async (node) => {
      const state = await node.monitor<Connections>('connz?limit=1024');
      const addresses = new Set(state?.connections?.map(({ ip }) => ip));
      return hosts.filter(({ address }) => addresses.has(address)).map((host) => ({ host, node }));
    }),
  );
  return found.flat();
}

export interface LeaderWatch {
  /** Times during which the log had a leader, oldest first; the last one may go on. */
  readonly led: readonly Span[];
  stop(): Promise<void>;
}

type Led = { readonly name: string } & { -readonly [key in keyof Span]: number };

const everyMs = 250;

/** Writes down when a stream has a leader that most nodes know. */
export function watchLeader(nodes: readonly NatsNode[], stream: string): LeaderWatch {
  const led: Led[] = [];
  let isStopping = false;
  const run = async (): Promise<void> => {
    let current: Led | undefined;
    while (!isStopping) {
      const atMs = Date.now();
      const name = (await leaderOf(nodes, stream))?.host.name;
      if (name === undefined) current = undefined;
      else if (current?.name === name) current.toMs = Date.now();
      else {
        current = { fromMs: atMs, toMs: Date.now(), name };
        led.push(current);
      }
      await sleep(everyMs);
    }
  };
  const running = run();
  return {
    led,
    stop: async () => {
      isStopping = true;
      await running;
    },
  };
}
