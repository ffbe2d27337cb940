import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketNames, streamNames } from '../../contracts/subjects.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import { ensureStreams } from './streams.ts';

const settings = {
  sessionsMaxBytes: 2 * 1024 * 1024,
  samplesMaxBytes: 4 * 1024 * 1024,
  samplesMaxAgeHours: 5,
  replicas: 1,
};
const hourNanos = 3_600_000_000_000;

describe('the streams', () => {
  let connection: Connection;
  beforeAll(async () => {
    const server = await natsForTest();
    connection = await connectNats({
      url: server.url,
      name: 'streams-test',
      log: createLogger('test', 'silent'),
    });
  });
  afterAll(() => connection.close());

  it('are made once by services that start at the same moment', async () => {
    await Promise.all(Array.from({ length: 4 }, () => ensureStreams(connection.nc, settings)));
    const jsm = await jetstreamManager(connection.nc);
    const names: string[] = [];
    for await (const { config } of jsm.streams.list()) names.push(config.name);
    expect(names.sort()).toEqual(
      [
        ...Object.values(streamNames),
        ...Object.values(bucketNames)
          .filter((name) => name !== bucketNames.taskConfigs)
          .map((name) => `KV_${name}`),
        `OBJ_${bucketNames.taskConfigs}`,
      ].sort(),
    );
  });

  it('keep session events for ever and bound everything else', async () => {
    await ensureStreams(connection.nc, settings);
    const jsm = await jetstreamManager(connection.nc);
    const sessions = (await jsm.streams.info(streamNames.sessions)).config;
    expect(sessions).toMatchObject({
      storage: 'file',
      discard: 'new',
      max_age: 0,
      max_msgs: -1,
      max_msgs_per_subject: -1,
      max_bytes: 2 * 1024 * 1024,
      deny_delete: true,
      deny_purge: true,
    });
    expect((await jsm.streams.info(streamNames.samples)).config).toMatchObject({
      storage: 'file',
      discard: 'old',
      max_bytes: 4 * 1024 * 1024,
      max_age: 5 * hourNanos,
    });
    expect((await jsm.streams.info(streamNames.assignments)).config).toMatchObject({
      retention: 'workqueue',
      max_msgs_per_subject: 1,
    });
    // A broker restart must not forget who holds a lease.
    for (const bucket of [bucketNames.collectors, bucketNames.leader]) {
      expect((await jsm.streams.info(`KV_${bucket}`)).config.storage).toBe('file');
    }
    for await (const { config } of jsm.streams.list()) {
      if (config.name !== `OBJ_${bucketNames.taskConfigs}`) expect(config.max_bytes).toBeGreaterThan(0);
    }
  });

  it('keep the sizes that an operator has given them', async () => {
    await ensureStreams(connection.nc, settings);
    const jsm = await jetstreamManager(connection.nc);
    const changed = {
      [streamNames.sessions]: { max_bytes: 3 * 1024 * 1024 },
      [streamNames.samples]: { max_bytes: 9 * 1024 * 1024, max_age: 7 * hourNanos },
      [`KV_${bucketNames.collectors}`]: { max_bytes: 17 * 1024 * 1024 },
      [`KV_${bucketNames.status}`]: { max_bytes: 65 * 1024 * 1024 },
    };
    const reports: { streams: object[] }[] = [];
    const telling = createLogger('test', 'silent');
    telling.warn = ((about: { streams: object[] }) => void reports.push(about)) as typeof telling.warn;
    await ensureStreams(connection.nc, settings, telling);
    expect(reports).toEqual([]);
    for (const [name, config] of Object.entries(changed)) await jsm.streams.update(name, config);
    await jsm.streams.update(`KV_${bucketNames.users}`, { max_bytes: 1024 * 1024 });
    await ensureStreams(connection.nc, { ...settings, taskConfigsMaxBytes: 1024 * 1024 }, telling);
    // More room than a bucket is made with was chosen by an administrator.
    const of = (stream: string, max_bytes: number, wanted_bytes: number) => ({
      stream,
      max_bytes: max_bytes * 1024 * 1024,
      wanted_bytes: wanted_bytes * 1024 * 1024,
    });
    expect(reports.map(({ streams }) => streams)).toEqual([
      [
        of(streamNames.sessions, 3, 2),
        { ...of(streamNames.samples, 9, 4), max_age_hours: 7, wanted_age_hours: 5 },
        of(`KV_${bucketNames.users}`, 1, 4),
        of(`OBJ_${bucketNames.taskConfigs}`, 512, 1),
      ],
    ]);
    for (const [name, config] of Object.entries(changed)) {
      expect((await jsm.streams.info(name)).config).toMatchObject(config);
    }
  });

  it('of the session log cannot be emptied or thinned out by mistake', async () => {
    await ensureStreams(connection.nc, settings);
    const jsm = await jetstreamManager(connection.nc);
    await expect(jsm.streams.purge(streamNames.sessions)).rejects.toThrow();
    await expect(jsm.streams.deleteMessage(streamNames.sessions, 1)).rejects.toThrow();
  });

  it('of buckets take no roll-ups, those that were there before too, and the snapshots do', async () => {
    const { url } = await natsForTest();
    const { nc, close } = await connectNats({ url, name: 'test', log: createLogger('test', 'silent') });
    await new Kvm(nc).create(bucketNames.leader, { history: 1, allow_direct: false });
    await ensureStreams(nc, settings);
    const jsm = await jetstreamManager(nc);
    const takes = new Map<string, boolean>();
    for await (const { config } of jsm.streams.list()) takes.set(config.name, config.allow_rollup_hdrs);
    const names = [...takes].filter(([, does]) => does).map(([name]) => name);
    expect(names).toEqual([`OBJ_${bucketNames.taskConfigs}`]);
    await close();
  });
});
