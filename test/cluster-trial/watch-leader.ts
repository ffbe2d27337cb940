import { setTimeout as sleep } from 'node:timers/promises';
import { copiesOf } from './brokers.ts';
import type { NatsNode } from './hosts/nats-node.ts';
import { heardLeader, LedTimes } from './led-times.ts';
import type { Span } from './observations.ts';

const everyMs = 250;

export interface LeaderWatch {
  readonly led: readonly Span[];
  stop(): Promise<void>;
}

/** Writes down when a stream had a leader. */
export function watchLeader(nodes: readonly NatsNode[], stream: string): LeaderWatch {
  const times = new LedTimes();
  let isStopping = false;
  const run = async (): Promise<void> => {
    while (!isStopping) {
      const lookedAtMs = Date.now();
      times.note(heardLeader(await copiesOf(nodes, stream), lookedAtMs, nodes.length), lookedAtMs);
      await sleep(everyMs);
    }
  };
  const running = run();
  return {
    led: times.spans,
    stop: async () => {
      isStopping = true;
      await running;
    },
  };
}
