import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Device, DevicePoint } from '@holdfast/driver/device.ts';
import type { Driver } from '@holdfast/driver/driver.ts';
import type { BenchmarkContext } from '../benchmark.ts';
import { bareSubscriber, type Subscriber } from './bare-subscriber.ts';
import type { BenchBroker } from './bench-broker.ts';
import { driverSubscriber } from './driver-subscriber.ts';
import { type Round, roundOf } from './round.ts';

/** A meter's message, with its time. */
const valuesOfMessage = 20;

export interface Traffic {
  readonly devices: number;
  readonly values: number;
  readonly reads: number;
  readonly rounds: number;
  readonly qos: 0 | 1;
}

/** Measures both clients by turns, each with topics of its own, on which another process publishes the same messages. */
export async function measureSubscribed(
  driver: Driver,
  { port }: BenchBroker,
  { devices, values, reads, rounds, qos }: Traffic,
  { progress, cleanUp }: BenchmarkContext,
): Promise<{ readonly own: readonly Round[]; readonly bare: readonly Round[] }> {
  const publisher = startPublisher(port, cleanUp);
  const messages = Math.ceil(values / valuesOfMessage);
  const clientsOf = async (
    who: string,
    open: (topics: readonly string[], code: string) => Promise<Subscriber>,
  ) => {
    const all: { readonly topics: readonly string[]; readonly subscriber: Subscriber }[] = [];
    for (let device = 1; device <= devices; device += 1) {
      const code = `${who}-qos${qos}-${device}`;
      const topics = Array.from({ length: messages }, (_, message) => `bench/${code}/${message}`);
      const subscriber = await open(topics, code);
      cleanUp.defer(() => subscriber.close());
      all.push({ topics, subscriber });
    }
    return all;
  };
  const own = await clientsOf('own', (topics, code) =>
    driverSubscriber(driver, deviceOf(driver, { port, topics, qos, code })),
  );
  const bare = await clientsOf('bare', (topics) => bareSubscriber({ port, topics, qos }));
  /** @param each what the client counts for a message */
  const turn = (clients: typeof own, each: number) =>
    roundOf(devices * messages * valuesOfMessage * reads, async () => {
      const arrivals = clients.map(({ subscriber }) => subscriber.next(messages * reads * each));
      await Promise.all([
        publisher({
          topics: clients.flatMap(({ topics }) => topics),
          values: valuesOfMessage,
          qos,
          times: reads,
        }),
        ...arrivals,
      ]);
    });
  const roundsOf = { own: [] as Round[], bare: [] as Round[] };
  for (let round = 0; round <= rounds; round += 1) {
    const ofBare = await turn(bare, 1);
    const ofOwn = await turn(own, valuesOfMessage);
    progress(
      `${driver.spec.protocol} QoS ${qos}, ${round === 0 ? 'warm' : `round ${round}`}: ` +
        `bare_socket ${Math.round(ofBare.perSecond)}, driver ${Math.round(ofOwn.perSecond)} values/s`,
    );
    if (round === 0) continue;
    roundsOf.bare.push(ofBare);
    roundsOf.own.push(ofOwn);
  }
  return roundsOf;
}

/** Starts a process that publishes on request. The returned function resolves when the broker has the bytes. */
function startPublisher(port: number, cleanUp: AsyncDisposableStack): (order: object) => Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'publisher.ts'), String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  cleanUp.defer(async () => {
    child.stdin.end();
    await exited;
  });
  const lines = createInterface({ input: child.stdout });
  return async (order) => {
    const published = once(lines, 'line');
    child.stdin.write(`${JSON.stringify(order)}\n`);
    await published;
  };
}

function deviceOf(
  { spec }: Driver,
  { port, topics, qos, code }: { port: number; topics: readonly string[]; qos: 0 | 1; code: string },
): Device {
  const connection = spec.connection.parse({ host: '127.0.0.1', port, qos });
  const points = topics.flatMap((topic, message) =>
    Array.from({ length: valuesOfMessage }, (_, value): DevicePoint => {
      const meaning = { code: `m${message}_v${value}`, data_type: 'float64', scale: 1, offset: 0 } as const;
      const parsed = spec.parseAddress(
        spec.place.parse({ topic: `${topic}#/v${value}`, time_at: '/ts' }),
        meaning,
        connection,
      );
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      return { ...meaning, address: parsed.address };
    }),
  );
  return {
    id: code,
    code,
    protocol: spec.protocol,
    mode: 'subscribed',
    timeout_ms: 5_000,
    connection,
    points,
  };
}
