import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import { askAgain } from './ask-again.ts';
import { BrokerAnswers } from './broker-answers.ts';
import { isFinalAnswer } from './without-leader.ts';

/** The stream now has no leader that hears from most of its copies. It may have one in a moment. */
export class NoLeader extends Error {
  override readonly name = 'NoLeader';
}

/**
 * A leader hears from each copy every second. A leader that was cut off continues as one for 15 s (measured with 2.14.5),
 * and answers with what it has.
 */
const heardWithinMs = 4_000;
const againMs = 500;
const listAgainMs = 2_000;
const patienceMs = 5_000;
const nanosPerMs = 1_000_000;

/**
 * The state of a stream, from a leader that most of its copies answer. In a cluster, a node that knows of no leader
 * answers with what it has itself: after a cut of 60 s, with a log that was a minute old.
 * @throws NoLeader when no such leader has answered within `withinMs`, and what the client throws
 */
export async function leaderInfo(
  jsm: JetStreamManager,
  stream: string,
  options?: Parameters<JetStreamManager['streams']['info']>[1],
  withinMs = patienceMs + 2 * BrokerAnswers.behind(jsm).slownessMs('read'),
): Promise<StreamInfo> {
  const answers = BrokerAnswers.behind(jsm);
  const isList = options?.subjects_filter !== undefined;
  const ask = async () => {
    // A copy of the options: the client changes them while it pages through a long list.
    const info = await askedFor(() => jsm.streams.info(stream, options && { ...options }));
    const why = notOfLeader(info);
    if (why !== undefined) throw new NoLeader(`stream ${stream}: ${why}`);
    return info;
  };
  // A list of thousands of subjects takes its time, which says nothing about the link.
  const askedFor = <T>(question: () => Promise<T>) => (isList ? question() : answers.timed('read', question));
  const everyMs = (isList ? listAgainMs : againMs) + answers.slownessMs('read');
  return askAgain(ask, { everyMs, withinMs, isFinal: isFinalAnswer });
}

/** Why the answer does not count, or undefined if it does. */
export function notOfLeader({ cluster, config }: Pick<StreamInfo, 'cluster' | 'config'>): string | undefined {
  // A standalone server.
  if (!cluster || config.num_replicas <= 1) return undefined;
  if (!cluster.leader) return 'the node that answered knows of no leader';
  const followers = (cluster.replicas ?? []).filter(
    // For a copy that it never heard from, the leader reports activity 0 ns ago.
    ({ active, current }) => active < heardWithinMs * nanosPerMs && (active > 0 || current),
  );
  const copies = Math.max(config.num_replicas, (cluster.replicas?.length ?? 0) + 1);
  if (1 + followers.length > copies / 2) return undefined;
  return `${cluster.leader} leads it, and hears of ${followers.length} of the other ${copies - 1} copies`;
}

/** How a stream is set up, and when it was made. Both are the same on every node. @throws what the client throws */
export async function streamSetUp(
  jsm: JetStreamManager,
  stream: string,
): Promise<Pick<StreamInfo, 'config' | 'created'>> {
  return await jsm.streams.info(stream);
}
