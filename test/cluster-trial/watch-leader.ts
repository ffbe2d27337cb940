import { setTimeout as sleep } from 'node:timers/promises';
import { copiesOfBoth } from './brokers.ts';
import type { NatsNode } from './hosts/nats-node.ts';
import { heardLeader, inBoth, LedTimes } from './led-times.ts';
import type { Span } from './observations.ts';

const everyMs = 250;

export interface LeaderWatch {
  readonly led: readonly Span[];
  stop(): Promise<void>;
}

/**
 * Writes down when both a stream and the cluster had a leader: a node that knows of no leader of the cluster refuses to
 * read from any stream.
 */
export function watchLeader(nodes: readonly NatsNode[], stream: string): LeaderWatch {
  const ofStream = new LedTimes();
  const ofCluster = new LedTimes();
  let isStopping = false;
  const run = async (): Promise<void> => {
    while (!isStopping) {
      const lookedAtMs = Date.now();
      const copies = await copiesOfBoth(nodes, stream);
      ofStream.note(heardLeader(copies.ofStream, lookedAtMs, nodes.length), lookedAtMs);
      ofCluster.note(heardLeader(copies.ofCluster, lookedAtMs, nodes.length), lookedAtMs);
      await sleep(everyMs);
    }
  };
  const running = run();
  return {
    get led() {
      return inBoth(ofStream.spans, ofCluster.spans);
    },
    stop: async () => {
      isStopping = true;
      await running;
    },
  };
}
