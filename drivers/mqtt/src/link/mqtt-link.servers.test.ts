import { readFile } from 'node:fs/promises';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Hear } from '@holdfast/driver/link.ts';
import type { Group } from '@holdfast/driver/requests.ts';
import { Readings } from '@holdfast/driver/values/readings.ts';
import { certificatesForTest, opensslIsInstalled } from '@holdfast/test/support/certificates-for-test.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { mosquittoForTest, mosquittoIsInstalled } from '@holdfast/test/support/mosquitto-for-test.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import mqtt from 'mqtt';
import { describe, expect, it } from 'vitest';
import { connectionSchema } from '../layout/connection.ts';
import { mqttSpec } from '../spec/mqtt-spec.ts';
import { pointOf } from '../testing/mqtt-devices.ts';
import { points, watcherAt } from '../testing/watcher-at.ts';

async function publisherAt(url: string) {
  const publisher = await mqtt.connectAsync(url);
  cleanUpAfterFile(() => publisher.endAsync(true));
  return (topic: string, payload: string, retain = false) =>
    publisher.publishAsync(topic, payload, { qos: 1, retain });
}

describe.skipIf(!mosquittoIsInstalled())('a subscription to mosquitto', () => {
  it.each(['5', '3.1.1'] as const)(
    'over MQTT %s takes what is retained as uncertain where its time is not known, and JSON with its time',
    async (mqtt_version) => {
      const broker = await mosquittoForTest();
      const publish = await publisherAt(broker.url);
      await publish('hall/level', '12.5', true);
      await publish('hall/status', '{"ts":1740000000,"energy":{"total":9007199254740993}}', true);
      const { readings, watch } = watcherAt(broker.port, { mqtt_version });
      const watching = watch();
      await watching.opened();
      await publish('hall/press-1/state', 'busy');
      await publish('hall/level', 'warm');
      await expect.poll(() => readings.length).toBe(4);
      watching.end();
      expect(await watching.outcome).toBe('ended');
      const summaries = readings.map(({ code, value, quality, sourceTimeMs, status }) => [
        code,
        value ?? status,
        quality,
        sourceTimeMs,
      ]);
      expect(summaries.slice(0, 2).sort()).toEqual([
        ['level', 12.5, 'uncertain', undefined],
        ['total', '9007199254740993', 'good', 1_740_000_000_000],
      ]);
      expect(inEnglish(summaries.slice(2))).toEqual([
        ['state', 'busy', 'good', undefined],
        ['level', '"warm" is no number', 'bad', undefined],
      ]);
    },
  );

  it('is not taken over while its holder has it, and goes on without a loss when it is handed over', async () => {
    const broker = await mosquittoForTest();
    const publish = await publisherAt(broker.url);
    const sessionId = '7-1-d1';
    const first = watcherAt(broker.port, { sessionId });
    const watching = first.watch();
    await watching.opened();
    let count = 0;
    let isOver = false;
    const publishing = (async () => {
      while (!isOver) {
        count += 1;
        await publish('hall/level', String(count));
      }
    })();
    await expect.poll(() => first.readings.length).toBeGreaterThan(50);
    watching.end();
    expect(await watching.outcome).toBe('ended');
    const valueCount = first.readings.length;
    const second = watcherAt(broker.port, { sessionId });
    const next = second.watch();
    await next.opened();
    await expect.poll(() => second.readings.length).toBeGreaterThan(50);
    isOver = true;
    await publishing;
    await expect.poll(() => second.readings.at(-1)?.value).toBe(count);
    next.end();
    await next.outcome;
    expect(first.readings.length).toBe(valueCount);
    const values = [...first.readings, ...second.readings].map(({ value }) => value);
    expect(values).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });

  it('ends when another client takes its session over, instead of taking it back at once', async () => {
    const broker = await mosquittoForTest();
    const sessionId = '7-1-d2';
    const one = watcherAt(broker.port, { sessionId }).watch();
    await one.opened();
    const other = watcherAt(broker.port, { sessionId }).watch();
    await other.opened();
    expect(await one.outcome).toMatchObject({ kind: 'connection', scope: 'device' });
    other.end();
    await other.outcome;
  });

  it('lets users in by the secret of their password, and says what is wrong', async () => {
    // "plant" as mosquitto_passwd hashes it is made by the broker itself from plain text.
    const broker = await mosquittoForTest(['allow_anonymous false', 'password_file FOLDER/users'], {
      users: await hashedUsers('holdfast', 'plant-secret'),
    });
    const login = { username: 'holdfast', password: { secret: 'broker' } };
    const right = watcherAt(broker.port, { ...login, secrets: { broker: 'plant-secret' } });
    const watching = right.watch();
    await watching.opened();
    watching.end();
    for (const mqtt_version of ['5', '3.1.1'] as const) {
      const wrong = watcherAt(broker.port, { ...login, mqtt_version, secrets: { broker: 'another' } });
      expect(await wrong.watch().outcome).toMatchObject({
        ...{ kind: 'auth', scope: 'endpoint' },
        message: expect.stringMatching(/username.*password/),
      });
    }
    const none = watcherAt(broker.port, login);
    expect(await none.watch().outcome).toMatchObject({ kind: 'config', wasSent: false });
  });

  it('reads once what is retained, and says where nothing is', async () => {
    const broker = await mosquittoForTest();
    const publish = await publisherAt(broker.url);
    const { link, group, list } = watcherAt(broker.port, { of: points.slice(0, 1) });
    if (!group) throw new Error('no group');
    await expect(link.read(group, 500)).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('retained'),
    });
    await publish('hall/level', '7', true);
    const readings = new Readings(list);
    const packets: string[] = [];
    const hear: Hear = (direction, bytes) => {
      const parts = mqttSpec.frameParts?.(bytes, direction, connectionSchema.parse({ host: 'broker' })) ?? [];
      packets.push([direction, ...parts.flatMap(({ text }) => text ?? [])].join(' '));
    };
    (await link.read(group, 60_000, hear)).decode(readings);
    expect(packets).toEqual(['sent SUBSCRIBE hall/level 0', 'received PUBLISH, QoS 0, RETAIN hall/level 7']);
    const status = 'the broker had retained it, and its age is unknown';
    expect(inEnglish(readings.all)).toMatchObject([
      { code: 'level', value: 7, quality: 'uncertain', status },
    ]);
  });

  it('at QoS 0 takes what comes while it listens, and nothing else', async () => {
    const broker = await mosquittoForTest();
    const publish = await publisherAt(broker.url);
    const watcher = { sessionId: '7-1-d0', of: points.slice(0, 1) };
    const heardBy = async (qos: 0 | 1, values: readonly number[]) => {
      const { readings, watch } = watcherAt(broker.port, { ...watcher, qos });
      const watching = watch();
      await watching.opened();
      for (const value of values) await publish('hall/level', String(value));
      await expect.poll(() => readings.at(-1)?.value).toBe(values.at(-1));
      watching.end();
      expect(await watching.outcome).toBe('ended');
      return readings.map(({ value }) => value);
    };
    expect(await heardBy(0, [1, 2])).toEqual([1, 2]);
    await publish('hall/level', '3');
    expect(await heardBy(0, [4])).toEqual([4]);
    // At QoS 1 the broker keeps it.
    expect(await heardBy(1, [5])).toEqual([5]);
    await publish('hall/level', '6');
    expect(await heardBy(1, [7])).toEqual([6, 7]);
  });

  it('publishes a write once to the command topic', async () => {
    const broker = await mosquittoForTest();
    const lamp = pointOf('lamp', 'hall/lamp', {
      ...{ data_type: 'bool', writable: true },
      ...{ command_topic: 'hall/lamp/set', command_payload: '{"on":$value}' },
    });
    const { link, plan } = watcherAt(broker.port, { of: [lamp] });
    const messages: string[] = [];
    const listener = await mqtt.connectAsync(broker.url);
    cleanUpAfterFile(() => listener.endAsync(true));
    listener.on('message', (topic, payload) => messages.push(`${topic} ${payload}`));
    await listener.subscribeAsync('hall/lamp/set', { qos: 1 });
    const command = plan.command?.(0, true);
    if (!command || 'field' in command) throw new Error(JSON.stringify(command));
    await link.write(command, 10_000);
    await expect.poll(() => messages).toEqual(['hall/lamp/set {"on":true}']);
    expect(plan.command?.(0, 'warm')).toMatchObject({ field: 'value' });
    await broker.kill();
    await expect(link.write(command, 5_000)).rejects.toMatchObject({ kind: 'connection', wasSent: false });
    expect(messages).toHaveLength(1);
  });

  describe.skipIf(!opensslIsInstalled())('over TLS', async () => {
    const files = opensslIsInstalled() ? await certificatesForTest() : undefined;
    const text = (file = '') => readFile(file, 'utf8');
    const secrets = files && {
      ca: await text(files.ca),
      cert: await text(files.clientCertificate),
      key: await text(files.clientKey),
      'other.key': await text(files.key),
      nonsense: 'no PEM at all',
    };
    const lamp = pointOf('lamp', 'hall/lamp', { writable: true, command_topic: 'hall/lamp/set' });
    const guarded = () =>
      mosquittoForTest([
        ...[`certfile ${files?.certificate}`, `keyfile ${files?.key}`, `cafile ${files?.ca}`],
        'require_certificate true',
      ]);
    const over = (port: number, fields: Readonly<Record<string, string>>, host = 'localhost') => {
      const fieldsByName = Object.entries(fields).map(([field, name]) =>
        field === 'server_name' ? [field, name] : [field, { secret: name }],
      );
      const { tls } = connectionSchema.parse({ host, tls: Object.fromEntries(fieldsByName) });
      return watcherAt(port, { host, tls, of: [lamp], ...(secrets && { secrets }) });
    };
    const outcomeOf = async ({ link, plan }: ReturnType<typeof watcherAt>) => {
      const command = plan.command?.(0, 7);
      if (!command || 'field' in command) throw new Error(JSON.stringify(command));
      return await link.write(command, 5_000).catch((error: unknown) => error);
    };

    it('shows its own certificate to a broker that wants one', async () => {
      const { port } = await guarded();
      expect(await outcomeOf(over(port, { ca: 'ca', cert: 'cert', key: 'key' }))).toBeUndefined();
      // The handshake of TLS 1.3 is over for us before the broker has looked for a certificate.
      expect(await outcomeOf(over(port, { ca: 'ca' }))).toMatchObject({
        ...{ kind: 'connection', message: 'the other side wants a certificate: set tls.cert and tls.key' },
      });
    });

    it('says of a broker that has no TLS on its port what may be wrong', async () => {
      const { port } = await mosquittoForTest();
      expect(await outcomeOf(over(port, { ca: 'ca' }))).toMatchObject({
        ...{
          kind: 'connection',
          wasSent: false,
          message: expect.stringMatching(/not speak TLS on this port/),
        },
      });
    });

    it('wants the name in the certificate of the broker that server_name says', async () => {
      const { port } = await guarded();
      const own = { ca: 'ca', cert: 'cert', key: 'key' };
      expect(await outcomeOf(over(port, { ...own, server_name: 'localhost' }, '127.0.0.1'))).toBeUndefined();
      for (const wrong of [
        over(port, own, '127.0.0.1'),
        over(port, { ...own, server_name: 'another.plant.lan' }),
      ]) {
        expect(await outcomeOf(wrong)).toMatchObject({
          ...{ kind: 'connection', wasSent: false },
          message: expect.stringMatching(/certificate's altnames/),
        });
      }
    });

    it.each([
      [{ cert: 'nonsense', key: 'key' }, /^tls\.cert is no certificate that can be used/],
      [{ cert: 'key', key: 'cert' }, /^tls\.cert is no certificate that can be used/],
      [{ cert: 'cert', key: 'nonsense' }, /^tls\.key is no key that can be used/],
      [{ cert: 'cert', key: 'other.key' }, /^tls\.key is not the key of tls\.cert/],
    ])('says of %o what is wrong, and that nothing was sent', async (own, message) => {
      const watcher = over(1, { ca: 'ca', ...own });
      const wrong = {
        kind: 'config',
        scope: 'endpoint',
        wasSent: false,
        message: expect.stringMatching(message),
      };
      const outcomes = [
        await outcomeOf(watcher),
        await watcher.watch().outcome,
        await watcher.link.read(watcher.group as Group, 5_000).catch((error: unknown) => error),
      ];
      for (const outcome of outcomes) {
        expect(outcome).toBeInstanceOf(DriverFailure);
        expect(outcome).toMatchObject(wrong);
      }
    });
  });

  it.skipIf(!opensslIsInstalled())(
    'speaks TLS to the one that its authority vouches for, and to no other',
    async () => {
      const { ca, otherCa, certificate, key } = await certificatesForTest();
      const [pem, otherPem] = await Promise.all([readFile(ca, 'utf8'), readFile(otherCa, 'utf8')]);
      const broker = await mosquittoForTest([`certfile ${certificate}`, `keyfile ${key}`]);
      const to = {
        host: 'localhost',
        tls: connectionSchema.parse({ host: 'x', tls: { ca: { secret: 'ca' } } }).tls,
      };
      const right = watcherAt(broker.port, { ...to, secrets: { ca: pem } }).watch();
      await right.opened();
      right.end();
      expect(await right.outcome).toBe('ended');
      const wrong = watcherAt(broker.port, { ...to, secrets: { ca: otherPem } }).watch();
      expect(await wrong.outcome).toMatchObject({
        kind: 'connection',
        message: expect.stringMatching(/certificate/),
      });
    },
  );
});

/** A line of a password file, as mosquitto_passwd writes it. */
async function hashedUsers(user: string, password: string): Promise<string> {
  const { pbkdf2Sync, randomBytes } = await import('node:crypto');
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, 101, 64, 'sha512');
  return `${user}:$7$101$${salt.toString('base64')}$${hash.toString('base64')}\n`;
}
