import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { pause, systemTimers } from '../../runtime/timers.ts';
import { isOfCluster } from '../connection/cluster-forming.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { streamsOfHoldfast } from './streams.ts';

/** One stream or bucket as it is now. */
export interface StreamState {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  /** Undefined where the stream is unbounded. */
  readonly maxBytes: number | undefined;
  /** How many nodes it should be on. */
  readonly copies: number;
  /** Nodes that have all of it; a standalone server is one. */
  readonly copiesNow: number;
  /** The node that takes what is written, or undefined while a leader is elected. */
  readonly leader: string | undefined;
}

/** Thrown when a change is refused; the message says why, and nothing was changed. */
export class UpkeepRefused extends Error {
  override readonly name = 'UpkeepRefused';
}

/** Our streams that exist, in the order in which they are made. */
export async function streamStates(nc: NatsConnection): Promise<StreamState[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const infos = await Promise.all(
    streamsOfHoldfast.map((name) => whereThereIsOne(() => jsm.streams.info(name))),
  );
  return infos.flatMap((info) => (info === undefined ? [] : [stateOf(info)]));
}

async function whereThereIsOne(ask: () => Promise<StreamInfo>): Promise<StreamInfo | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
      return undefined;
    throw error;
  }
}

function stateOf({ config, state, cluster }: StreamInfo): StreamState {
  const others = cluster?.replicas ?? [];
  return {
    name: config.name,
    messages: state.messages,
    bytes: state.bytes,
    maxBytes: config.max_bytes > 0 ? config.max_bytes : undefined,
    copies: config.num_replicas,
    copiesNow: 1 + others.filter(({ current, offline }) => current && offline !== true).length,
    leader: cluster?.leader || undefined,
  };
}

const lookAgainMs = 250;

/**
 * Has every stream and bucket kept on `copies` nodes, and waits until they have all of it. Services go on meanwhile.
 * @param onStream called for each when it has been changed and copied
 * @throws UpkeepRefused when there are fewer nodes than that, or they have no room
 */
export async function setCopies(
  nc: NatsConnection,
  copies: number,
  {
    withinMs,
    onStream = () => undefined,
  }: { readonly withinMs: number; readonly onStream?: (state: StreamState) => void },
): Promise<void> {
  if (copies > 1 && !isOfCluster(nc)) {
    throw new UpkeepRefused(
      `NATS at ${nc.getServer()} stands alone: it cannot keep ${copies} copies. Make it a cluster of at least ${copies} nodes`,
    );
  }
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const giveUpAt = performance.now() + withinMs;
  for (const { name, copies: before } of await streamStates(nc)) {
    if (before !== copies) await changed(jsm, name, { num_replicas: copies }, `kept on ${copies} nodes`);
    for (;;) {
      const info = await jsm.streams.info(name);
      const state = stateOf(info);
      if (state.copiesNow === copies && state.leader !== undefined) {
        onStream(state);
        break;
      }
      if (performance.now() > giveUpAt) {
        throw new Error(
          `${name} is on ${state.copiesNow} of ${copies} nodes after ${Math.round(withinMs / 1000)} s; the nodes go on copying. Look again with no option`,
        );
      }
      await pause(systemTimers, lookAgainMs);
    }
  }
}

/** @throws UpkeepRefused when the stream holds more than that already or is none of ours, or the nodes have no room */
export async function setMaxBytes(nc: NatsConnection, name: string, maxBytes: number): Promise<StreamState> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  // A copy that is behind holds less than there is.
  const info = streamsOfHoldfast.includes(name)
    ? await whereThereIsOne(() => leaderInfo(jsm, name))
    : undefined;
  if (info === undefined) throw new UpkeepRefused(`there is no stream ${name}`);
  if (info.state.bytes > maxBytes) {
    throw new UpkeepRefused(
      `${name} holds ${info.state.bytes} bytes; with a bound of ${maxBytes} some of it would be thrown away`,
    );
  }
  await changed(jsm, name, { max_bytes: maxBytes }, `given ${maxBytes} bytes`);
  return stateOf(await jsm.streams.info(name));
}

async function changed(
  jsm: JetStreamManager,
  name: string,
  change: { readonly num_replicas?: number; readonly max_bytes?: number },
  what: string,
): Promise<void> {
  try {
    await jsm.streams.update(name, change);
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
    throw new UpkeepRefused(`NATS refuses to have ${name} ${what}: ${error.message}`, { cause: error });
  }
}
