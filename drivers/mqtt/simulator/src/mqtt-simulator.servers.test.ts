import { openPlant, type Plant } from '@holdfast/plant/plant.ts';
import { preparePlant } from '@holdfast/plant/prepare-plant.ts';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { simulator } from './simulator.ts';

// npm's mqtt knows nothing of our code: where both ends are ours, both may be wrong alike.

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function startMeter(): Promise<{ plant: Plant; url: string }> {
  const endpoint = {
    protocol: 'mqtt',
    devices: [
      {
        ...{ device: 'meter', topic: 'hall/meter', every: '20ms', retain: true },
        values: { count: { counter: { every: '1ms' } }, name: 'A' },
      },
    ],
  };
  const parts = preparePlant([endpoint], [simulator], { startedAtMs: Date.now(), readColumn: () => [] });
  const plant = await openPlant(parts, '127.0.0.1');
  cleanUps.push(() => plant.stop());
  return { plant, url: `mqtt://127.0.0.1:${plant.devices[0]?.address.port}` };
}

type Message = { readonly count: number; readonly name: string; readonly ts: number };

async function subscriber(url: string, protocolVersion: 4 | 5 = 5, clean = true) {
  const client: MqttClient = mqtt.connect(url, {
    ...{ protocolVersion, clean, clientId: 'collector', reconnectPeriod: 0 },
    ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}),
  });
  cleanUps.push(() => client.endAsync(true));
  const messages: Message[] = [];
  const retained: boolean[] = [];
  const texts: string[] = [];
  client.on('message', (_, payload, { retain }) => {
    const text = payload.toString();
    texts.push(text);
    retained.push(retain);
    if (text.startsWith('{')) messages.push(JSON.parse(text) as Message);
  });
  client.on('error', () => undefined);
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  await client.subscribeAsync('hall/+', { qos: 1 });
  return { client, messages, retained, texts };
}

describe('a simulated device that publishes', () => {
  it.each([4, 5] as const)('is heard over MQTT %s, the retained message first', async (version) => {
    const { url } = await startMeter();
    const { messages, retained } = await subscriber(url, version);
    await expect.poll(() => messages.length).toBeGreaterThan(3);
    expect(messages[0]).toEqual({ count: expect.any(Number), name: 'A', ts: expect.any(Number) });
    expect(messages.map(({ ts }) => ts)).toEqual(messages.map(({ ts }) => ts).toSorted((a, b) => a - b));
    expect(retained.slice(0, 3)).toEqual([true, false, false]);
  });

  it('keeps what a client has not had while it was away', async () => {
    const { url, plant } = await startMeter();
    const first = await subscriber(url, 5, false);
    await expect.poll(() => first.messages.length).toBeGreaterThan(0);
    await first.client.endAsync(true);
    const last = first.messages.at(-1)?.ts ?? 0;
    await expect.poll(() => plant.openConnections('meter')).toBe(0);
    await expect.poll(() => Date.now()).toBeGreaterThan(last + 2_000);
    const again = await subscriber(url, 5, false);
    await expect.poll(() => again.messages.at(-1)?.ts ?? 0).toBeGreaterThan(last + 2_000);
    const between = again.messages.filter(({ ts }) => ts > last && ts < last + 2_000);
    expect(between.length).toBeGreaterThan(3);
  });

  it('is silent, speaks nonsense, and refuses connections on request', async () => {
    const { url, plant } = await startMeter();
    const { texts, messages } = await subscriber(url);
    await expect.poll(() => messages.length).toBeGreaterThan(1);
    plant.setFault({ device: 'meter' }, { kind: 'garbage' });
    await expect.poll(() => texts.at(-1)).toMatch(/^<\{/);
    plant.setFault({ device: 'meter' }, { kind: 'refuse_connections' });
    await expect.poll(() => plant.openConnections('meter')).toBe(0);
    await expect(mqtt.connectAsync(url, { reconnectPeriod: 0 })).rejects.toThrow('ECONNREFUSED');
    plant.clearFault({ device: 'meter' });
    plant.setFault({ device: 'meter' }, { kind: 'silence' });
    await expect
      .poll(() => mqtt.connectAsync(url, { reconnectPeriod: 0 }).then((one) => one.endAsync(), String))
      .toBeUndefined();
    const later = await subscriber(url);
    // Only the retained message from before has come.
    await expect.poll(() => later.messages.length).toBe(1);
    plant.clearFault({ device: 'meter' });
    await expect.poll(() => later.messages.length).toBeGreaterThan(3);
  });
});
