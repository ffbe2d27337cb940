import { JetStreamApiError, type JetStreamManager, type StreamInfo } from '@nats-io/jetstream';
import { askAgain } from './ask-again.ts';
import { withoutLeader } from './without-leader.ts';

/** A stream has no leader now that hears from most of its copies. It may have one in a moment. */
export class NoLeader extends Error {
  override readonly name = 'NoLeader';
}

/**
 * A leader hears of each copy every second. One that was cut off goes on as leader for 15 s (measured with 2.14.5), and answers
 * what it has.
 */
const heardWithinMs = 4_000;
const againMs = 500;
const listAgainMs = 2_000;
const patienceMs = 5_000;
const nanosPerMs = 1_000_000;

/**
 * The state of a stream, from a leader of it that most of its copies answer. In a cluster every node that knows of no leader
 * answers this question with what it has itself: after a cut of 60 s that was a log of a minute before.
 * @throws NoLeader when none has answered for so long, and what the client throws
 */
export async function leaderInfo(
  jsm: JetStreamManager,
  stream: string,
  options?: Parameters<JetStreamManager['streams']['info']>[1],
  withinMs = patienceMs,
): Promise<StreamInfo> {
  const ask = async () => {
    // A copy: the client turns the pages of a long list in it.
    const info = await jsm.streams.info(stream, options && { ...options });
    const why = notOfLeader(info);
    if (why !== undefined) throw new NoLeader(`stream ${stream}: ${why}`);
    return info;
  };
  const isFinal = (error: unknown) =>
    error instanceof JetStreamApiError && !withoutLeader.includes(error.code);
  // A list of thousands of subjects takes its time.
  const everyMs = options?.subjects_filter === undefined ? againMs : listAgainMs;
  return askAgain(ask, { everyMs, withinMs, isFinal });
}

/** Why the answer counts for nothing; undefined when it does. */
export function notOfLeader({ cluster, config }: Pick<StreamInfo, 'cluster' | 'config'>): string | undefined {
  // A server that stands alone.
  if (!cluster || config.num_replicas <= 1) return undefined;
  if (!cluster.leader) return 'the node that answered knows of no leader';
  const heard = (cluster.replicas ?? []).filter(
    // A copy that the leader has never heard of is said to have been active 0 ns ago.
    ({ active, current }) => active < heardWithinMs * nanosPerMs && (active > 0 || current),
  );
  const copies = Math.max(config.num_replicas, (cluster.replicas?.length ?? 0) + 1);
  if (1 + heard.length > copies / 2) return undefined;
  return `${cluster.leader} leads it, and hears of ${heard.length} of the other ${copies - 1} copies`;
}

/** How a stream is set up, and when it was made: that is the same on every node. @throws what the client throws */
export async function streamSetUp(
  jsm: JetStreamManager,
  stream: string,
): Promise<Pick<StreamInfo, 'config' | 'created'>> {
  return await jsm.streams.info(stream);
}
