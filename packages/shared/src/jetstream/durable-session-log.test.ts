import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { subjects } from '../contracts/subjects.ts';
import type { StoredEvent } from '../event-store/event-store.ts';
import { DeliveryGap, DurableSessionLog, readEventAt, readLogEnd } from './durable-session-log.ts';

let log: SessionLogForTest;

beforeAll(async () => {
  log = await sessionLogForTest((await natsForTest()).url);
});

const durable = 'reader';
const open = (after: number) => DurableSessionLog.open({ nc: log.nc, durable, after });
const publish = (text: string) => log.nc.request(subjects.lifecycle('7'), JSON.stringify({ id: text }));
const sequences = (events: readonly StoredEvent[]) => events.map(({ sequence }) => sequence);

describe('the session log of a reader that keeps its own position', () => {
  it('comes in order from that position on, whatever was acknowledged before', async () => {
    for (const text of ['one', 'two', 'three']) await publish(text);
    const first = await open(0);
    expect(sequences(await first.next(2, 1_000))).toEqual([1, 2]);
    expect(sequences(await first.next(2, 1_000))).toEqual([3]);
    first.acknowledge();
    await expect.poll(() => readLogEnd(log.nc, durable)).toEqual({ lastSequence: 3, acknowledged: 3 });

    const restored = await open(1);
    expect(sequences(await restored.next(10, 1_000))).toEqual([2, 3]);
    // What it did not acknowledge is not withheld from the next one.
    expect(sequences(await (await open(1)).next(10, 1_000))).toEqual([2, 3]);
    expect(await (await open(3)).next(10, 1_000)).toEqual([]);
  });

  it('shows a delivery that went elsewhere instead of skipping it', async () => {
    const end = await readLogEnd(log.nc, durable);
    const former = await open(end.lastSequence);
    const latter = await open(end.lastSequence);
    await publish('four');
    // Both draw on one durable: the former one takes what was meant for the latter.
    expect(sequences(await former.next(1, 1_000))).toEqual([end.lastSequence + 1]);
    await publish('five');
    await expect(latter.next(1, 1_000)).rejects.toThrow(DeliveryGap);
  });

  it('can be looked into at one place', async () => {
    expect((await readEventAt(log.nc, 2))?.message).toEqual({ id: 'two' });
    expect(await readEventAt(log.nc, 99)).toBeUndefined();
    expect((await readLogEnd(log.nc, 'nobody')).acknowledged).toBeUndefined();
  });
});
