import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { freeze } from '@holdfast/test/support/freeze.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { jetstream } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streamNames } from '../../contracts/subjects.ts';
import {
  eventStoreContract,
  freshTask,
  readAll,
  storableEvent,
} from '../../event-store/event-store.contract.ts';
import { AppendOutcomeUnknown, StoreUnavailable, VersionConflict } from '../../event-store/event-store.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import { ensureStreams } from '../streams/streams.ts';
import { JetStreamEventStore } from './jetstream-event-store.ts';

const log = createLogger('test', 'silent');
const small = {
  sessionsMaxBytes: 16 * 1024 * 1024,
  samplesMaxBytes: 1024 * 1024,
  samplesMaxAgeHours: 1,
  replicas: 1,
};
const quick = { appendTimeoutMs: 600, requestTimeoutMs: 150 };

const connections: Connection[] = [];
async function connect(server: Pick<NatsServer, 'url'>): Promise<Connection> {
  const connection = await connectNats({ url: server.url, name: 'event-store-test', log });
  connections.push(connection);
  return connection;
}
afterAll(async () => {
  for (const connection of connections) await connection.close();
});

describe('the event store on JetStream', () => {
  let server: NatsServer;
  let connection: Connection;
  let store: JetStreamEventStore;
  beforeAll(async () => {
    server = await natsForTest();
    connection = await connect(server);
    await ensureStreams(connection.nc, small);
    store = await JetStreamEventStore.open(connection.nc);
  });

  eventStoreContract(async () => store);

  it('hands over what is no JSON as text, and goes on', async () => {
    const { lifecycle } = freshTask();
    const js = jetstream(connection.nc);
    const { seq } = await js.publish(lifecycle, '{"damaged');
    const next = await store.append(lifecycle, storableEvent(`${lifecycle}/a`), seq);
    expect((await readAll(store, lifecycle)).map(({ sequence, message }) => [sequence, message])).toEqual([
      [seq, '{"damaged'],
      [next, storableEvent(`${lifecycle}/a`)],
    ]);
  });

  it('settles a retry by who follows when the broker no longer remembers the id', async () => {
    const { lifecycle } = freshTask();
    // Stored without a message id, as if the window in which the broker remembers ids had passed.
    const js = jetstream(connection.nc);
    const { seq } = await js.publish(lifecycle, JSON.stringify(storableEvent(`${lifecycle}/a`)));
    expect(await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0)).toBe(seq);
    await expect(store.append(lifecycle, storableEvent(`${lifecycle}/b`), 0)).rejects.toBeInstanceOf(
      VersionConflict,
    );
    expect(await readAll(store, lifecycle)).toHaveLength(1);
  });
});

describe('an append while the broker stands still', () => {
  let server: NatsServer;
  let connection: Connection;
  beforeAll(async () => {
    server = await natsForTest();
    connection = await connect(server);
    await ensureStreams(connection.nc, small);
  });

  it('returns its one event once the broker goes on in time', async () => {
    const store = await JetStreamEventStore.open(connection.nc, {
      appendTimeoutMs: 20_000,
      requestTimeoutMs: 100,
    });
    const { lifecycle } = freshTask();
    const { thawed } = await standStill(server, 700);
    const sequence = await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0);
    await thawed;
    expect((await readAll(store, lifecycle)).map((event) => event.sequence)).toEqual([sequence]);
    expect(await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0)).toBe(sequence);
  });

  it('that is given up is unknown; the same event again is one event', async () => {
    const store = await JetStreamEventStore.open(connection.nc, quick);
    const { lifecycle } = freshTask();
    const thaw = await freeze(server.pid);
    try {
      const first = store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0);
      await expect(first).rejects.toBeInstanceOf(AppendOutcomeUnknown);
    } finally {
      thaw();
    }
    const patient = await JetStreamEventStore.open(connection.nc);
    const sequence = await patient.append(lifecycle, storableEvent(`${lifecycle}/a`), 0);
    // A competing event must see that it lost.
    await expect(patient.append(lifecycle, storableEvent(`${lifecycle}/b`), 0)).rejects.toBeInstanceOf(
      VersionConflict,
    );
    expect((await readAll(patient, lifecycle)).map((event) => event.sequence)).toEqual([sequence]);
  });

  it('settles between two clients: one has its event stored, the other a conflict', async () => {
    const other = await connect(server);
    const options = { appendTimeoutMs: 20_000, requestTimeoutMs: 100 };
    const stores = await Promise.all(
      [connection, other].map(({ nc }) => JetStreamEventStore.open(nc, options)),
    );
    const { lifecycle } = freshTask();
    const { thawed } = await standStill(server, 500);
    const results = await Promise.allSettled(
      stores.map((store, n) => store.append(lifecycle, storableEvent(`${lifecycle}/${n}`), 0)),
    );
    await thawed;
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect(results.find((result) => result.status === 'rejected')?.reason).toBeInstanceOf(VersionConflict);
    const [firstStore] = stores;
    if (!firstStore) throw new Error('no store');
    expect((await readAll(firstStore, lifecycle)).map((event) => event.sequence)).toEqual([won[0]?.value]);
  });
});

describe('an append without a broker', () => {
  it('is unknown while the client tries to reconnect, and stored once by a later retry', async () => {
    const server = await natsForTest();
    const connection = await connect(server);
    await ensureStreams(connection.nc, small);
    const patient = await JetStreamEventStore.open(connection.nc, { appendTimeoutMs: 20_000 });
    const store = await JetStreamEventStore.open(connection.nc, quick);
    const { lifecycle } = freshTask();
    const first = await patient.append(lifecycle, storableEvent(`${lifecycle}/a`), 0);
    await server.kill();
    const append = store.append(lifecycle, storableEvent(`${lifecycle}/b`), first);
    await expect(append).rejects.toBeInstanceOf(AppendOutcomeUnknown);
    await expect(store.readLast(lifecycle)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(readAll(store, lifecycle)).rejects.toBeInstanceOf(StoreUnavailable);
    await server.restart();
    const second = await patient.append(lifecycle, storableEvent(`${lifecycle}/b`), first);
    expect((await readAll(patient, lifecycle)).map((event) => event.sequence)).toEqual([first, second]);
  });

  it('is refused at once, as certainly not stored, on a closed connection', async () => {
    const server = await natsForTest();
    const connection = await connect(server);
    await ensureStreams(connection.nc, small);
    const store = await JetStreamEventStore.open(connection.nc, { appendTimeoutMs: 600_000 });
    await connection.close();
    const { lifecycle } = freshTask();
    await expect(store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0)).rejects.toBeInstanceOf(
      StoreUnavailable,
    );
  });

  it('is certainly not stored while no stream is there', async () => {
    const server = await natsForTest();
    const { nc } = await connect(server);
    const store = await JetStreamEventStore.open(nc, { appendTimeoutMs: 2_000, requestTimeoutMs: 2_000 });
    const { lifecycle } = freshTask();
    // Each starts at another moment, so that some last attempt has next to no time left.
    const appends = Array.from({ length: 60 }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index));
      return store.append(lifecycle, storableEvent(`${lifecycle}/${index}`), 0);
    });
    for (const outcome of await Promise.allSettled(appends)) {
      expect(outcome).toMatchObject({ reason: expect.any(StoreUnavailable) });
    }
    await expect(readAll(store, lifecycle)).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

describe('a log that is full', () => {
  it('refuses the event as certainly not stored, keeps the rest and takes events again when it has room', async () => {
    const server = await natsForTest();
    const { nc } = await connect(server);
    await ensureStreams(nc, { ...small, sessionsMaxBytes: 4_096 });
    const store = await JetStreamEventStore.open(nc);
    const { lifecycle, placement } = freshTask();
    let last = 0;
    let storedCount = 0;
    const fill = async (): Promise<void> => {
      for (;;) {
        last = await store.append(lifecycle, storableEvent(`${lifecycle}/${storedCount}`), last);
        storedCount += 1;
      }
    };
    await expect(fill()).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.append(placement, storableEvent(`${placement}/a`), 0)).rejects.toBeInstanceOf(
      StoreUnavailable,
    );
    expect(await readAll(store, lifecycle)).toHaveLength(storedCount);

    const jsm = await jetstream(nc).jetstreamManager();
    await jsm.streams.update(streamNames.sessions, { max_bytes: 1024 * 1024 });
    last = await store.append(lifecycle, storableEvent(`${lifecycle}/${storedCount}`), last);
    expect((await readAll(store, lifecycle)).at(-1)?.sequence).toBe(last);
  });
});

/** The server stands still when this resolves; `thawed` resolves when it goes on. */
async function standStill(server: NatsServer, ms: number): Promise<{ readonly thawed: Promise<void> }> {
  const thaw = await freeze(server.pid);
  return { thawed: new Promise((resolve) => setTimeout(resolve, ms)).then(thaw) };
}
