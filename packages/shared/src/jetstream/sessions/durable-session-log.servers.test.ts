import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { connectionForTest } from '@holdfast/test/support/connection-for-test.ts';
import { freeze } from '@holdfast/test/support/freeze.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { startTcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, it } from 'vitest';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import type { StoredEvent } from '../../event-store/event-store.ts';
import {
  DeliveryGap,
  DurableSessionLog,
  readAcknowledged,
  readEventAt,
  readLastSequence,
  TakenOver,
} from './durable-session-log.ts';

let log: SessionLogForTest;
let port: number;

beforeAll(async () => {
  const nats = await natsForTest();
  port = nats.port;
  log = await sessionLogForTest(nats.url);
});

const durable = 'reader';
const open = (after: number) => DurableSessionLog.open({ nc: log.nc, durable, after });
const publish = (text: string) => askBroker(log.nc, subjects.lifecycle('7'), JSON.stringify({ id: text }));
const sequences = (events: readonly StoredEvent[]) => events.map(({ sequence }) => sequence);
/** Takes `count` events, however they are portioned. */
async function take(reader: DurableSessionLog, count: number): Promise<number[]> {
  const handled: number[] = [];
  while (handled.length < count) {
    const next = sequences(await reader.next(count - handled.length, 5_000));
    if (next.length === 0) return handled;
    handled.push(...next);
  }
  return handled;
}

describe('the session log of a reader that keeps its own position', () => {
  it('comes in order from that position on, whatever was acknowledged before', async () => {
    for (const text of ['one', 'two', 'three']) await publish(text);
    const first = await open(0);
    expect(await take(first, 2)).toEqual([1, 2]);
    expect(await take(first, 1)).toEqual([3]);
    first.acknowledge();
    await expect.poll(() => readAcknowledged(log.nc, durable)).toBe(3);

    const restored = await open(1);
    expect(await take(restored, 2)).toEqual([2, 3]);
    // Events that a reader did not acknowledge are not withheld from the next reader.
    expect(await take(await open(1), 2)).toEqual([2, 3]);
    expect(await (await open(3)).next(10, 1_000)).toEqual([]);
  });

  it('shows a delivery that went elsewhere instead of skipping it', async () => {
    const end = await readLastSequence(log.nc);
    const reader = await open(end);
    // Another reader draws on the same durable: what it gets is missing here.
    const stranger = await jetstream(log.nc).consumers.get(streamNames.sessions, durable);
    const delivery = stranger.next({ expires: 5_000 });
    const reading = (async () => {
      for (;;) await reader.next(1, 1_000);
    })();
    const refused = expect(reading).rejects.toThrow(DeliveryGap);
    for (let index = 0; index < 4; index += 1) await publish(`event ${index}`);
    expect(await delivery).not.toBeNull();
    await publish('the next');
    await publish('and one more');
    await refused;
    await reader.close();
  });

  it('ends when another reader takes over, and neither gets what is meant for the other', async () => {
    const end = await readLastSequence(log.nc);
    const former = await open(end);
    const reading = (async () => {
      for (;;) await former.next(1, 1_000);
    })();
    const refused = expect(reading).rejects.toThrow();
    const latter = await open(end);
    await refused;
    await publish('for the latter');
    expect(await take(latter, 1)).toEqual([end + 1]);
    await latter.close();
  });

  it('ends when another took over while it asked for nothing', async () => {
    const end = await readLastSequence(log.nc);
    const proxy = await startTcpProxy({ targetPort: port });
    const nc = await connectionForTest(`nats://127.0.0.1:${proxy.port}`);
    const former = await DurableSessionLog.open({ nc, durable, after: end });
    const handedOut: number[] = [];
    const reading = (async () => {
      for (;;) handedOut.push(...sequences(await former.next(1, 1_000)));
    })();
    const refused = expect(reading).rejects.toThrow(TakenOver);
    const jsm = await jetstreamManager(log.nc);
    const requests = async () => (await jsm.consumers.info(streamNames.sessions, durable)).num_waiting;
    await expect.poll(requests).toBe(1);
    // Its next request stays on the way until the durable belongs to another reader.
    proxy.stall();
    await expect.poll(requests).toBe(0);
    const latter = await open(end);
    await proxy.heal();
    await refused;
    await publish('for the latter');
    expect(await take(latter, 1)).toEqual([end + 1]);
    expect(handedOut).toEqual([]);
    await former.close();
    await latter.close();
  });

  it("is one reader's when two open it at the same time", async () => {
    const end = await readLastSequence(log.nc);
    const opened = await Promise.allSettled([open(end), open(end)]);
    const readers = opened.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
    const readings = await Promise.allSettled(readers.map((reader) => reader.next(1, 3_000)));
    expect(readings.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await Promise.all(readers.map((reader) => reader.close()));
  });

  it('can be looked into at one place', async () => {
    expect((await readEventAt(log.nc, 2))?.message).toEqual({ id: 'two' });
    expect(await readEventAt(log.nc, 99)).toBeUndefined();
    expect(await readAcknowledged(log.nc, 'nobody')).toBeUndefined();
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
