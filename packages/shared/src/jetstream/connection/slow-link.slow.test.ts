import { connectionForTest } from '@holdfast/test/support/connection-for-test.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { startTcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { expect, it } from 'vitest';
import { freshTask, storableEvent } from '../../event-store/event-store.contract.ts';
import { VersionConflict } from '../../event-store/event-store.ts';
import { createLogger } from '../../runtime/logger.ts';
import { KvLeaseStore } from '../boards/kv-lease-store.ts';
import { ackAll, consumeBatches } from '../consume/consume-batches.ts';
import { JetStreamEventStore } from '../sessions/jetstream-event-store.ts';
import { ensureStreams } from '../streams/streams.ts';

const log = createLogger('test', 'silent');

/** A connection whose answers can be made to take long: the first waits are for about a second. */
async function slowLink() {
  const server = await natsForTest();
  const proxy = await startTcpProxy({ targetPort: server.port });
  const nc = await connectionForTest(`nats://127.0.0.1:${proxy.port}`);
  return { nc, delay: (ms: number) => proxy.delay(ms) };
}

it('an append is confirmed, also when answers take longer than one is waited for at first', async () => {
  const { nc, delay } = await slowLink();
  await ensureStreams(nc, {
    ...{ sessionsMaxBytes: 16 * 1024 * 1024, samplesMaxBytes: 1024 * 1024 },
    ...{ samplesMaxAgeHours: 1, replicas: 1 },
  });
  const store = await JetStreamEventStore.open(nc);
  const { lifecycle } = freshTask();
  delay(1_100);
  const first = await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0);
  expect((await store.readLast(lifecycle))?.sequence).toBe(first);
  await expect(store.append(lifecycle, storableEvent(`${lifecycle}/b`), 0)).rejects.toBeInstanceOf(
    VersionConflict,
  );
});

it('acks are confirmed that take longer than is waited for at first', async () => {
  const { nc, delay } = await slowLink();
  await (await jetstreamManager(nc)).streams.add({ name: 'STREAM', subjects: ['s.>'] });
  for (let index = 0; index < 4; index += 1) await jetstream(nc).publish('s.a', String(index));
  const confirmed: boolean[] = [];
  const consumer = consumeBatches({
    ...{ nc, stream: 'STREAM', durable: 'worker', maxMessages: 1, maxWaitMs: 20, log },
    handle: async (messages) => {
      delay(1_050);
      confirmed.push(await ackAll(nc, messages));
    },
  });
  await eventually(() => confirmed.length === 4, { what: 'four acks' });
  expect(confirmed.at(-1)).toBe(true);
  await consumer.stop();
});

it('a write of a lease waits as long as answers take, unless told how long', async () => {
  const { nc, delay } = await slowLink();
  await new Kvm(nc).create('LEASES', { history: 1 });
  const store = await KvLeaseStore.open(nc, 'LEASES');
  const key = await store.write('a', 'one', 0);
  delay(1_000);
  // The late answer is the first sign that answers take two seconds.
  await store.write('a', 'two', key).catch(() => undefined);
  await eventually(async () => (await store.read('a'))?.value === 'two', { what: 'the late write' });
  const last = (await store.read('a'))?.revision ?? 0;
  expect(await store.write('a', 'three', last)).toBeGreaterThan(last);
});
