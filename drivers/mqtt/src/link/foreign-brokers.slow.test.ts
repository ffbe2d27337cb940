import { Readings } from '@holdfast/driver/values/readings.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { mosquittoForTest, mosquittoIsInstalled } from '@holdfast/test/support/mosquitto-for-test.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import mqtt from 'mqtt';
import { describe, expect, it } from 'vitest';
import {
  aedesForTest,
  mochiForTest,
  mochiIsInstalled,
  rumqttdForTest,
  rumqttdIsInstalled,
} from '../testing/foreign-brokers.ts';
import { points, watcherAt } from '../testing/watcher-at.ts';

const brokers = [
  ['mosquitto', mosquittoIsInstalled(), () => mosquittoForTest()],
  ['aedes', true, () => aedesForTest()],
  ['rumqttd', rumqttdIsInstalled(), rumqttdForTest],
  ['mochi-mqtt', mochiIsInstalled(), () => mochiForTest()],
] as const;

const trials = brokers.flatMap(([name, isInstalled, open]) =>
  (['5', '3.1.1'] as const)
    // aedes speaks the older version alone.
    .filter((version) => name !== 'aedes' || version === '3.1.1')
    .map((version) => ({ name, isInstalled, open, version })),
);

describe.each(trials)('$name over MQTT $version', ({ isInstalled, open, version }) => {
  it.skipIf(!isInstalled)(
    'gives all messages of a flood, and what a killed holder had not stored to the next',
    async () => {
      const broker = await open(version);
      const publisher = await mqtt.connectAsync(broker.url, { protocolVersion: version === '5' ? 5 : 4 });
      cleanUpAfterFile(() => publisher.endAsync(true));
      let count = 0;
      const publish = async (more: number) => {
        for (const last = count + more; count < last; ) {
          const burst = Array.from({ length: 50 }, (_, index) => String(count + index + 1));
          count += burst.length;
          await Promise.all(burst.map((value) => publisher.publishAsync('hall/level', value, { qos: 1 })));
        }
      };
      const watcher = { sessionId: '7-1-d1', of: points.slice(0, 1), mqtt_version: version };
      let isDead = false;
      const commit = () =>
        isDead ? new Promise<void>(() => undefined) : new Promise<void>((resolve) => setImmediate(resolve));
      const first = watcherAt(broker.port, { ...watcher, commit });
      const killed = first.watch();
      expect(await killed.opened()).toBe(false);
      await publish(300);
      await expect.poll(() => first.readings.length).toBeGreaterThanOrEqual(300);
      isDead = true;
      const safe = first.readings.length;
      await publish(100);
      await expect.poll(() => first.readings.length).toBeGreaterThan(safe);
      first.link.disconnect();
      await killed.outcome;
      await publish(300);
      const second = watcherAt(broker.port, watcher);
      const next = second.watch();
      expect(await next.opened()).toBe(true);
      await publish(300);
      // Those that were kept and those that come now may mix.
      const storedValues = () =>
        [...first.readings.slice(0, safe), ...second.readings].map(({ value }) => value);
      const all = new Set(Array.from({ length: count }, (_, index) => index + 1));
      await expect.poll(() => new Set(storedValues())).toEqual(all);
      next.end();
      expect(await next.outcome).toBe('ended');
      expect(storedValues().length).toBeLessThanOrEqual(count + 100);
    },
  );
});

it('a trial reads the topics that a broker allows, and says why it gives no others', async () => {
  const broker = await aedesForTest({
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, subscription.topic === 'hall/level' ? null : subscription),
  });
  const publisher = await mqtt.connectAsync(broker.url);
  cleanUpAfterFile(() => publisher.endAsync(true));
  await publisher.publishAsync('hall/press-1/state', 'busy', { qos: 1, retain: true });
  const { link, group, list } = watcherAt(broker.port, { mqtt_version: '3.1.1' });
  if (!group) throw new Error('no group');
  const readings = new Readings(list);
  (await link.read(group, 2_000)).decode(readings);
  expect(inEnglish(readings.all.map(({ code, status, value }) => [code, value ?? status]))).toEqual([
    ['level', 'the broker refuses the subscription to hall/level: let this user read it'],
    ['state', 'busy'],
  ]);
});

it.skipIf(!mochiIsInstalled()).each(['5', '3.1.1'] as const)(
  'over MQTT %s a broker keeps nothing for a session that is over',
  async (mqtt_version) => {
    const broker = await mochiForTest();
    const sessionId = '7-1-d9';
    const { link, watch } = watcherAt(broker.port, { sessionId, mqtt_version });
    const watching = watch();
    await watching.opened();
    watching.end();
    expect(await watching.outcome).toBe('ended');
    // Not by `sessionPresent`, which is also true as long as the broker has not noticed the end of the last connection.
    const hasSubscription = async () => {
      const topics: string[] = [];
      const client = mqtt.connect(broker.url, {
        ...{ clientId: `holdfast-${sessionId}`, clean: false, protocolVersion: 4 as const },
      });
      client.on('message', (topic) => topics.push(topic));
      await new Promise((resolve) => client.once('connect', resolve));
      await client.subscribeAsync('last', { qos: 1 });
      for (const topic of ['hall/level', 'last']) await client.publishAsync(topic, '1', { qos: 1 });
      await expect.poll(() => topics).toContain('last');
      await client.endAsync(true);
      return topics.includes('hall/level');
    };
    expect(await hasSubscription()).toBe(true);
    await link.forget(60_000);
    expect(await hasSubscription()).toBe(false);
  },
);
