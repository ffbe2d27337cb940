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

/** Times are RFC 3339, of the node's clock. */
interface Connections {
  readonly now: string;
  readonly connections?: readonly {
    readonly ip: string;
    readonly start: string;
    readonly last_activity: string;
  }[];
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

/** A service asks its node every second: a connection that was silent for longer is one that it has left. */
const activeWithinMs = 5_000;

/**
 * The node that each of these hosts uses as a client: that of its oldest active connection. A service whose node does not
 * answer opens others for a moment, to look at the other nodes.
 */
export async function nodesUsedBy(
  nodes: readonly NatsNode[],
  hosts: readonly Host[],
): Promise<readonly { host: Host; node: NatsNode }[]> {
  const connections = await Promise.all(
    nodes.map(async (node) => {
      const state = await node.monitor<Connections>('connz?limit=1024');
      return (state?.connections ?? []).map(({ ip, start, last_activity }) => ({
        ...{ node, ip, sinceMs: Date.parse(start) },
        isActive: Date.parse(state?.now ?? '') - Date.parse(last_activity) < activeWithinMs,
      }));
    }),
  );
  const active = connections.flat().filter(({ isActive }) => isActive);
  const oldestFirst = active.toSorted((one, other) => one.sinceMs - other.sinceMs);
  return hosts.flatMap((host) => {
    const used = oldestFirst.find(({ ip }) => ip === host.address);
    return used ? [{ host, node: used.node }] : [];
  });
}
