import type { NatsNode } from './hosts/nats-node.ts';
import type { Copy, CopyState } from './led-times.ts';
import type { Host } from './network/network.ts';

interface StreamDetail {
  readonly name: string;
  readonly cluster?: CopyState;
}

interface JetStreamState {
  readonly meta_cluster?: CopyState;
  readonly account_details?: readonly { readonly stream_detail?: readonly StreamDetail[] }[];
}

interface Connections {
  readonly connections?: readonly { readonly ip: string }[];
}

/** The node that two nodes name as a stream's leader: one that was cut off may believe in itself for long. */
export async function leaderOf(nodes: readonly NatsNode[], stream: string): Promise<NatsNode | undefined> {
  const copies = await copiesOf(nodes, stream);
  return nodes.find(({ host }) => copies.filter(({ cluster }) => cluster?.leader === host.name).length >= 2);
}

/** The copies of a stream; a node that says nothing is left out. */
export async function copiesOf(nodes: readonly NatsNode[], stream: string): Promise<Copy[]> {
  return (await copiesOfBoth(nodes, stream)).ofStream;
}

/** The copies of a stream, and those of the group that leads the cluster itself. */
export async function copiesOfBoth(
  nodes: readonly NatsNode[],
  stream: string,
): Promise<{ readonly ofStream: Copy[]; readonly ofCluster: Copy[] }> {
  const states = await Promise.all(
    nodes.map(async (node) => ({ on: node.host.name, state: await stateOf(node) })),
  );
  return {
    ofStream: states.flatMap(({ on, state }) => {
      const detail = streamsIn(state).find(({ name }) => name === stream);
      return detail ? [{ on, cluster: detail.cluster }] : [];
    }),
    ofCluster: states.flatMap(({ on, state }) => (state ? [{ on, cluster: state.meta_cluster }] : [])),
  };
}

/** Streams without a leader, or with a copy that lacks something. Until there are none, no other node may be lost. */
export async function incompleteStreams(nodes: readonly NatsNode[]): Promise<string[]> {
  const copiesByNode = await Promise.all(
    nodes.map(async (node) => (await streamsOn(node)).map((detail) => ({ ...detail, on: node.host.name }))),
  );
  const byName = Map.groupBy(copiesByNode.flat(), ({ name }) => name);
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
  return streamsIn(await stateOf(node));
}

function stateOf(node: NatsNode): Promise<JetStreamState | undefined> {
  return node.monitor<JetStreamState>('jsz?accounts=true&streams=true');
}

function streamsIn(state: JetStreamState | undefined): readonly StreamDetail[] {
  return state?.account_details?.flatMap(({ stream_detail }) => stream_detail ?? []) ?? [];
}

/** The nodes to which these hosts are connected as clients. */
export async function nodesUsedBy(
  nodes: readonly NatsNode[],
  hosts: readonly Host[],
): Promise<readonly { host: Host; node: NatsNode }[]> {
  const copies = await Promise.all(
    nodes.map(async (node) => {
      const state = await node.monitor<Connections>('connz?limit=1024');
      const addresses = new Set(state?.connections?.map(({ ip }) => ip));
      return hosts.filter(({ address }) => addresses.has(address)).map((host) => ({ host, node }));
    }),
  );
  return copies.flat();
}
