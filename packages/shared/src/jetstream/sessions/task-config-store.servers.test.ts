import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketNames } from '../../contracts/subjects.ts';
import type { TaskConfig } from '../../contracts/task-config.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import { TaskConfigStore, TaskConfigStoreFull } from './task-config-store.ts';

const stream = `OBJ_${bucketNames.taskConfigs}`;

function config(taskId: string, points = 1): TaskConfig {
  return {
    schema_version: 3,
    task_id: taskId,
    task_code: `line-${taskId}`,
    task_name: 'Line',
    config_version: 1,
    period_ms: 1_000,
    devices: [
      {
        id: 'press',
        code: 'press',
        name: '',
        site_code: '',
        protocol: 'modbus_tcp',
        mode: 'polled',
        timeout_ms: 1_000,
        connection: { host: '10.0.0.1' },
        points: Array.from({ length: points }, (_, index) => ({
          code: `point-${index}`,
          name: '',
          address: { table: 'holding_register', address: index, byte_order: 'ABCD' },
          data_type: 'uint16' as const,
          scale: 1,
          offset: 0,
          unit: '',
        })),
      },
    ],
  };
}

describe('the configuration snapshots', () => {
  let connection: Connection;
  let jsm: JetStreamManager;
  let store: TaskConfigStore;
  beforeAll(async () => {
    const server = await natsForTest();
    connection = await connectNats({ url: server.url, name: 'test', log: createLogger('test', 'silent') });
    jsm = await jetstreamManager(connection.nc);
    await new Objm(connection.nc).create(bucketNames.taskConfigs);
    store = await TaskConfigStore.open(connection.nc);
  });
  afterAll(() => connection.close());

  it('are given back as they were stored, and never replaced', async () => {
    expect(await store.put(config('1'))).toBe('stored');
    expect(await store.put(config('1', 2))).toBe('already_there');
    expect(await store.load('1', 1)).toEqual({ ok: true, config: config('1') });
  });

  it('may be larger than one message', async () => {
    const large = config('2', 5_000);
    expect(JSON.stringify(large).length).toBeGreaterThan(500_000);
    await store.put(large);
    expect(await store.load('2', 1)).toEqual({ ok: true, config: large });
  });

  it('that are read leave no consumers at the broker', async () => {
    for (let task = 10; task < 20; task += 1) await store.put(config(String(task)));
    const before = (await jsm.streams.info(stream)).state.consumer_count;
    for (let task = 10; task < 20; task += 1) expect((await store.load(String(task), 1)).ok).toBe(true);
    expect((await jsm.streams.info(stream)).state.consumer_count).toBe(before);
  });

  it('are refused when the bucket is full, with its size, and go on to be read', async () => {
    await jsm.streams.update(stream, { max_bytes: (await jsm.streams.info(stream)).state.bytes + 100_000 });
    const error = await store.put(config('30', 5_000)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TaskConfigStoreFull);
    expect(error).toMatchObject({ maxBytes: (await jsm.streams.info(stream)).config.max_bytes });
    expect(await store.put(config('31'))).toBe('stored');
    expect((await store.load('2', 1)).ok).toBe(true);
    await jsm.streams.update(stream, { max_bytes: -1 });
    expect(await store.put(config('30', 5_000))).toBe('stored');
  });

  it('that are not there, or not what was stored, are reported as such and not waited for', async () => {
    expect(inEnglish(await store.load('3', 1))).toEqual({
      ok: false,
      problem: expect.stringContaining('3/1 is missing'),
    });
    await store.put(config('4'));
    const info = await (await new Objm(connection.nc).open(bucketNames.taskConfigs)).info('4/1');
    const chunk = `$O.${bucketNames.taskConfigs}.C.${info?.nuid}`;
    await askBroker(connection.nc, chunk, '{"schema_version":2}');
    expect(inEnglish(await store.load('4', 1))).toEqual({
      ok: false,
      problem: expect.stringContaining('4/1 is damaged'),
    });
    await jsm.streams.purge(stream, { filter: chunk });
    expect(inEnglish(await store.load('4', 1))).toEqual({
      ok: false,
      problem: expect.stringContaining('4/1 is damaged'),
    });
  });

  it.each([
    [1, 'an unknown device', (text: string) => `${text}\n{}`, 'is invalid: device 2: '],
    [2, 'no device', (text: string) => text.split('\n')[0] ?? '', 'is invalid: '],
    [
      3,
      'another form',
      (text: string) => text.replace('"schema_version":3', '"schema_version":2'),
      'is invalid: ',
    ],
    [4, 'half of a line', (text: string) => text.slice(0, -10), 'is not JSON'],
    [5, 'nothing', () => '', 'is not JSON'],
  ])(
    'that have another content are reported as such: version %i has %s',
    async (version, _what, changed, problem) => {
      await store.put(config('5'));
      const text = await store.loadText('5/1');
      await store.putText(`6/${version}`, text.ok ? changed(text.text) : '');
      expect(inEnglish(await store.load('6', version))).toEqual({
        ok: false,
        problem: expect.stringContaining(`6/${version} ${problem}`),
      });
    },
  );

  it('of many devices in letters of several bytes are given back as they were stored', async () => {
    const [device] = config('7').devices;
    const devices = Array.from({ length: 3_000 }, (_, index) => ({
      ...(device as NonNullable<typeof device>),
      id: `press-${index}`,
      name: '注塑机'.repeat(1 + (index % 7)),
    }));
    const many = { ...config('7'), devices };
    expect(await store.put(many)).toBe('stored');
    expect(await store.load('7', 1)).toEqual({ ok: true, config: many });
    expect(await store.has(many)).toBe(true);
    expect(await store.has({ ...many, devices: devices.slice(1) })).toBe(false);
  });

  it('give back the devices of another version that stand in them as they are', async () => {
    const [press] = config('8').devices;
    const namedDevice = (id: string, name = '注塑机') => ({
      ...(press as NonNullable<typeof press>),
      id,
      name,
    });
    const versions = [
      { ...config('8'), devices: Array.from({ length: 3_000 }, (_, index) => namedDevice(`press-${index}`)) },
      {
        ...{ ...config('8'), config_version: 2 },
        devices: Array.from({ length: 3_000 }, (_, index) =>
          namedDevice(`press-${index}`, index === 7 ? 'x' : undefined),
        ),
      },
    ];
    for (const version of versions) await store.put(version);
    const first = await store.load('8', 1);
    const knownDevices = first.ok ? first.config.devices : [];
    const second = await store.load('8', 2, knownDevices);
    expect(second).toEqual({ ok: true, config: versions[1] });
    const newDevices = second.ok
      ? second.config.devices.filter((device) => !knownDevices.includes(device))
      : [];
    expect(newDevices.map(({ id }) => id)).toEqual(['press-7']);
    // Devices that come from elsewhere are not taken for what is stored.
    const editedDevices = versions[0]?.devices.map((device) => ({ ...device, name: 'made up' }));
    expect(await store.load('8', 2, editedDevices)).toEqual({ ok: true, config: versions[1] });
  });
});
