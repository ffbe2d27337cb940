import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import { watchBucket } from './watch-bucket.ts';

let server: NatsServer;
let connection: Connection;
let jsm: JetStreamManager;
let bucket = '';
let kv: KV;
let values: string[] = [];

beforeAll(async () => {
  server = await natsForTest();
  connection = await connectNats({
    url: server.url,
    name: 'watch-test',
    log: createLogger('test', 'silent'),
  });
  jsm = await jetstreamManager(connection.nc);
});
afterAll(() => connection.close());

beforeEach(async ({ task }) => {
  bucket = `WATCHED${task.id}`;
  kv = await new Kvm(connection.nc).create(bucket);
  values = [];
});

const watch = () =>
  watchBucket({ nc: connection.nc, kv, bucket }, (entry) =>
    values.push(`${entry.operation} ${entry.key} ${entry.string()}`),
  );

const consumersOfWatch = async () => {
  const names: string[] = [];
  for await (const { name } of jsm.consumers.list(`KV_${bucket}`)) names.push(name);
  return names;
};

/** Loses the consumer as a dying node does: without a notice. */
async function loseConsumer(): Promise<void> {
  for (const name of await consumersOfWatch()) await jsm.consumers.delete(`KV_${bucket}`, name);
}

const isSeen = (what: string) => eventually(() => values.includes(what), { what: `${what} to be seen` });

it('what there is comes first, then every change, deletions included', async () => {
  await kv.put('a', 'one');
  await kv.put('b', 'one');
  const stop = await watch();
  await isSeen('PUT b one');
  await kv.put('a', 'two');
  await kv.delete('b');
  await isSeen('DEL b ');
  expect(values).toEqual(['PUT a one', 'PUT b one', 'PUT a two', 'DEL b ']);
  stop();
});

it('a watch whose consumer was lost without a word goes on, with what changed meanwhile', async () => {
  await kv.put('a', 'one');
  const stop = await watch();
  await isSeen('PUT a one');
  await loseConsumer();
  await kv.put('a', 'two');
  await kv.put('b', 'one');
  await kv.delete('b');
  await isSeen('DEL b ');
  expect(values).toContain('PUT a two');
  await loseConsumer();
  await kv.put('a', 'three');
  await isSeen('PUT a three');
  stop();
});

it('a bucket whose last entries are gone is not taken for one that is behind for ever', async () => {
  await kv.put('a', 'one');
  await kv.put('b', 'one');
  await jsm.streams.purge(`KV_${bucket}`, { filter: `$KV.${bucket}.b` });
  const stop = await watch();
  await isSeen('PUT a one');
  const begun = await consumersOfWatch();
  const isAnew = async () => (await consumersOfWatch()).some((name) => !begun.includes(name));
  await eventually(isAnew, { what: 'the watch to be restarted once' });
  values = [];
  const last = await consumersOfWatch();
  await kv.put('a', 'two');
  await isSeen('PUT a two');
  expect(await consumersOfWatch()).toEqual(last);
  stop();
});

it('a bucket that is not there yet is waited for', async () => {
  await jsm.streams.delete(`KV_${bucket}`);
  const begun = watch();
  await expect(Promise.race([begun.then(() => 'begun'), sleep(500, 'waits')])).resolves.toBe('waits');
  kv = await new Kvm(connection.nc).create(bucket);
  const stop = await begun;
  await kv.put('a', 'one');
  await isSeen('PUT a one');
  stop();
});

it('nothing is reported after it was stopped', async () => {
  const stop = await watch();
  await kv.put('a', 'one');
  await isSeen('PUT a one');
  stop();
  const other = await watch();
  await kv.put('a', 'two');
  await isSeen('PUT a two');
  expect(values.filter((what) => what === 'PUT a two')).toHaveLength(1);
  other();
});
