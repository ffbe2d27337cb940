import mqtt from 'mqtt';
import { cleanUpAfterFile } from './cleanup.ts';

const pauseMs = 5;

export interface CountingPublisher {
  /** The number that is being published, or was last. */
  count(): number;
  /** The last number that its broker has acknowledged. */
  acknowledged(): number;
  /** Whether a store of its broker has the last message that was acknowledged: its topic, and what was published. */
  isIn(store: Buffer): boolean;
  /** @returns the last number, which the broker has */
  stop(): Promise<number>;
}

/** Publishes something for 1, 2, 3 … at QoS 1, one after the other, each once its broker has taken the one before. */
export async function countingPublisher(
  url: string,
  topic: string,
  payloadOf: (count: number) => string = String,
): Promise<CountingPublisher> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 100, connectTimeout: 2_000 });
  cleanUpAfterFile(() => client.endAsync(true));
  // Its connection ends when its broker is killed.
  client.on('error', () => undefined);
  let count = 0;
  let acknowledged = { count, message: '' };
  let isOver = false;
  const publishing = (async () => {
    while (!isOver) {
      count += 1;
      const payload = payloadOf(count);
      await client.publishAsync(topic, payload, { qos: 1 });
      acknowledged = { count, message: `${topic}${payload}` };
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  })();
  return {
    count: () => count,
    acknowledged: () => acknowledged.count,
    isIn: (store) => store.includes(acknowledged.message),
    stop: async () => {
      isOver = true;
      await publishing;
      return count;
    },
  };
}
