import mqtt from 'mqtt';
import { cleanUpAfterFile } from './cleanup.ts';

const pauseMs = 5;

export interface CountingPublisher {
  /** The number that is being published, or was last. */
  count(): number;
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
  let isOver = false;
  const publishing = (async () => {
    while (!isOver) {
      count += 1;
      await client.publishAsync(topic, payloadOf(count), { qos: 1 });
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  })();
  return {
    count: () => count,
    stop: async () => {
      isOver = true;
      await publishing;
      return count;
    },
  };
}
