import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freeze } from '@holdfast/test/support/freeze.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { jetstreamManager, StorageType } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LeaseHolder } from '../../lease/lease-holder.ts';
import { leaseStoreContract } from '../../lease/lease-store.contract.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { systemTimers } from '../../runtime/timers.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import { KvLeaseStore } from './kv-lease-store.ts';

const log = createLogger('test', 'silent');

describe('the lease store on a key-value bucket', () => {
  let server: NatsServer;
  let connection: Connection;
  let buckets = 0;
  beforeAll(async () => {
    server = await natsForTest();
    connection = await connectNats({ url: server.url, name: 'lease-test', log });
  });
  afterAll(() => connection.close());

  async function open() {
    buckets += 1;
    const bucket = `LEASES_${buckets}`;
    const kv = await new Kvm(connection.nc).create(bucket, { history: 1, storage: StorageType.File });
    return { kv, bucket, store: await KvLeaseStore.open(connection.nc, bucket) };
  }

  leaseStoreContract(
    async () => (await open()).store,
    (condition, what) => eventually(condition, { what }),
  );

  it('lists what is left when an operator has deleted keys, the last one written included', async () => {
    const { store, kv } = await open();
    const revision = await store.write('a', 'one', 0, 20_000);
    await store.write('b', 'one', 0, 20_000);
    await kv.delete('b');
    expect(await store.list()).toEqual([
      { key: 'a', value: 'one', revision: revision, writtenAtMs: expect.any(Number) },
    ]);
    expect(await store.read('b')).toBeUndefined();
    await kv.delete('a');
    expect(await store.list()).toEqual([]);
  });

  it('leaves no consumers behind at the broker, however often it lists', async () => {
    const { store, bucket } = await open();
    await store.write('a', 'one', 0, 20_000);
    for (let count = 0; count < 5; count += 1) expect(await store.list()).toHaveLength(1);
    const jsm = await jetstreamManager(connection.nc);
    await eventually(async () => (await jsm.streams.info(`KV_${bucket}`)).state.consumer_count === 0, {
      what: 'the consumers to be gone',
    });
  });

  it('takes a key again that was deleted', async () => {
    const { store, kv, bucket } = await open();
    const holder = new LeaseHolder({
      store,
      key: 'a',
      times: { ttlMs: 5_000, marginMs: 100, renewEveryMs: 50 },
      clock: systemClock,
      timers: systemTimers,
      log,
      instance: 'one',
      host: 'edge',
      fields: { bucket },
      onHeld: () => undefined,
      onLost: () => undefined,
    });
    holder.start();
    await eventually(() => holder.isHeld(), { what: 'the lease' });
    await kv.delete('a');
    await eventually(() => store.read('a'), { what: 'the key being written again' });
    await eventually(() => holder.isHeld(), { what: 'the lease being held again' });
    await holder.giveUp();
  });

  it('says within its time that a list cannot be had while the broker stands still', async () => {
    const { store } = await open();
    await store.write('a', 'one', 0, 20_000);
    const thaw = await freeze(server.pid);
    try {
      await expect(store.list()).rejects.toThrow();
      await expect(store.write('b', 'one', 0, 200)).rejects.toThrow();
    } finally {
      thaw();
    }
    await eventually(() => store.list(), { what: 'a list' });
  });
});
