import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { connectionForTest } from '@holdfast/test/support/connection-for-test.ts';
import { freeze } from '@holdfast/test/support/freeze.ts';
import { identitiesForTest } from '@holdfast/test/support/identities-for-test.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { startTcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, it } from 'vitest';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import type { StoredEvent } from '../../event-store/event-store.ts';
import { createLogger } from '../../runtime/logger.ts';
import { connectNats } from '../connection/connect.ts';
import { ConsumerLost, readEventAt, readLastSequence, SessionLogReader } from './read-session-log.ts';

let log: SessionLogForTest;
let port: number;
/** As a process knows it that looks at the log and appends to it. */
let end = 0;

beforeAll(async () => {
  const nats = await natsForTest();
  port = nats.port;
  log = await sessionLogForTest(nats.url);
});

const open = (after: number, options: { endOfLog?: () => number | undefined } = {}) => {
  const reader = new SessionLogReader({ nc: log.nc, after, endOfLog: () => end, ...options });
  cleanUpAfterFile(async () => reader.close());
  return reader;
};
async function publish(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await askBroker(log.nc, subjects.lifecycle('7'), JSON.stringify({ id: `event ${end + 1}` }));
    end += 1;
  }
}
const sequences = (events: readonly StoredEvent[]) => events.map(({ sequence }) => sequence);
/** Takes `count` events, however they are portioned. */
async function take(reader: SessionLogReader, count: number): Promise<number[]> {
  const all: number[] = [];
  while (all.length < count) {
    const next = sequences(await reader.next(count - all.length, 5_000));
    if (next.length === 0) return all;
    all.push(...next);
  }
  return all;
}
const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, index) => from + index);
const consumers = async () => {
  const jsm = await jetstreamManager(log.nc);
  return (await jsm.consumers.list(streamNames.sessions).next()).map(({ name }) => name);
};

describe('the session log of a reader that keeps its own position', () => {
  it('comes in order from that position on, to as many readers as there are', async () => {
    await publish(3);
    const reader = open(0);
    expect(await take(reader, 3)).toEqual([1, 2, 3]);
    const restored = open(1);
    expect(await take(restored, 2)).toEqual([2, 3]);
    expect(await restored.next(10, 300)).toEqual([]);
    await publish(1);
    expect([await take(reader, 1), await take(restored, 1)]).toEqual([[4], [4]]);
  });

  it('waits at the broker while its reader takes nothing', async () => {
    await publish(2_000);
    const reader = open(0);
    await reader.next(1, 5_000);
    const jsm = await jetstreamManager(log.nc);
    const waiting = async () => {
      const all = await jsm.consumers.list(streamNames.sessions).next();
      return Math.max(...all.map(({ num_pending }) => num_pending));
    };
    await expect.poll(waiting).toBeGreaterThan(500);
    expect(await take(reader, end - 1)).toEqual(upTo(end, 2));
  });

  it('gives nothing more once its consumer is lost, as the log may be another one; then it is to be opened again', async () => {
    const reader = open(end);
    expect(await reader.next(10, 500)).toEqual([]);
    const jsm = await jetstreamManager(log.nc);
    for (const name of await consumers()) await jsm.consumers.delete(streamNames.sessions, name);
    // The client makes another consumer.
    await expect.poll(consumers, { timeout: 20_000 }).not.toEqual([]);
    await publish(2);
    const events: StoredEvent[] = [];
    const reading = (async () => {
      for (;;) events.push(...(await reader.next(10, 500)));
    })();
    await expect(reading).rejects.toThrow(ConsumerLost);
    expect(events).toEqual([]);
    expect(await take(open(end - 2), 2)).toEqual([end - 1, end]);
  });

  it('is read from its leader while no consumer can be made', async () => {
    const identities = identitiesForTest();
    const server = await natsForTest({ configLines: identities.configLines });
    const all = await sessionLogForTest(identities.ownUrl(server));
    const append = () => askBroker(all.nc, subjects.lifecycle('7'), '{}');
    await append();
    await append();
    // It may read single events.
    const access = { url: server.url, name: 'writer', nkeySeed: identities.seed('writer') };
    const { nc, close } = await connectNats({ ...access, log: createLogger('test', 'silent') });
    cleanUpAfterFile(close);
    let last = 2;
    const reader = new SessionLogReader({ nc, after: 0, endOfLog: () => last });
    expect(await take(reader, 2)).toEqual([1, 2]);
    await append();
    last = 3;
    expect(await take(reader, 1)).toEqual([3]);
    expect(await reader.next(10, 300)).toEqual([]);
    // The caller then opens another reader, which makes another consumer.
    const reading = (async () => {
      for (;;) await reader.next(10, 1_000);
    })();
    await expect(reading).rejects.toThrow(ConsumerLost);
    reader.close();
  });

  it('makes progress over a link that is about as slow as it waits for events', async () => {
    const proxy = await startTcpProxy({ targetPort: port });
    const nc = await connectionForTest(`nats://127.0.0.1:${proxy.port}`);
    proxy.delay(50);
    await publish(10);
    let at = end - 10;
    // As a projector that opens the log again whenever nothing comes.
    for (let opening = 0; opening < 3 && at < end; opening += 1) {
      const reader = new SessionLogReader({ nc, after: at, endOfLog: () => end });
      const events = await reader.next(500, 1_000);
      expect(events.length).toBeGreaterThan(0);
      at = events.at(-1)?.sequence ?? at;
      reader.close();
    }
  });

  it('leaves no consumer behind', async () => {
    const before = await consumers();
    const reader = open(0);
    await take(reader, 1);
    const own = (await consumers()).filter((name) => !before.includes(name));
    expect(own).toHaveLength(1);
    reader.close();
    await expect.poll(consumers).not.toContain(own[0]);
  });

  it('can be looked into at one place', async () => {
    expect((await readEventAt(log.nc, 2))?.message).toEqual({ id: 'event 2' });
    expect(await readEventAt(log.nc, end + 1)).toBeUndefined();
    expect(await readLastSequence(log.nc)).toBe(end);
  });

  it('is asked for again soon when there is no answer, well before the connection is given up', async () => {
    const nats = await natsForTest();
    await sessionLogForTest(nats.url);
    const nc = await connectionForTest(nats.url);
    await readLastSequence(nc);
    const lost = (async () => {
      for await (const { type } of nc.status()) if (type === 'disconnect') return 'lost';
      return 'closed';
    })();
    const thaw = await freeze(nats.pid);
    const twice = (async () => {
      await expect(readLastSequence(nc)).rejects.toThrow();
      await expect(readEventAt(nc, 1)).rejects.toThrow();
      return 'asked twice';
    })();
    expect(await Promise.race([twice, lost])).toBe('asked twice');
    await thaw();
  });
});
