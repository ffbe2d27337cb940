import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import type { Msg } from '@nats-io/nats-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import { PublishUnconfirmed, SamplePublisher } from './sample-publisher.ts';

/** Answered by hand, as late as it takes. */
describe('the publisher of samples', () => {
  let connection: Connection;
  let arrived: Msg[] = [];
  let another: () => void = () => undefined;

  const question = async (index: number): Promise<Msg> => {
    for (let message = arrived[index]; ; message = arrived[index]) {
      if (message) return message;
      await new Promise<void>((resolve) => {
        another = resolve;
      });
    }
  };
  const answer = (message: Msg, sequence: number) =>
    message.respond(`{"stream":"SAMPLES", "seq":${sequence}}`);
  /** Moves time beyond the wait for any sample, once everything that was sent has arrived. */
  const untilGivenUp = async (): Promise<void> => {
    await connection.nc.flush();
    vi.advanceTimersByTime(60_000);
  };

  beforeAll(async () => {
    const server = await natsForTest();
    const log = createLogger('test', 'silent');
    connection = await connectNats({ url: server.url, name: 'publisher-test', log });
    connection.nc.subscribe('samples.>', {
      callback: (_error, message) => {
        arrived.push(message);
        another();
      },
    });
  });
  afterAll(() => connection.close());
  // No sample is given up before the test says so, however long this process waits for its turn.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('has the next answers come on the same subject, so that the broker remembers it', async () => {
    arrived = [];
    const publisher = new SamplePublisher(connection.nc);
    for (const index of [0, 1, 2]) {
      const published = publisher.publish('samples.a.1.1', '{}', `id-${index}`);
      answer(await question(index), index + 1);
      expect(await published).toBe(index + 1);
    }
    expect(new Set(arrived.map(({ reply }) => reply)).size).toBe(1);
  });

  it('takes no late answer to a sample that it has given up for that to a later one', async () => {
    arrived = [];
    const publisher = new SamplePublisher(connection.nc);
    const late = expect(publisher.publish('samples.a.1.1', '{}', 'late')).rejects.toThrow(PublishUnconfirmed);
    await untilGivenUp();
    await late;
    const published = publisher.publish('samples.a.1.1', '{}', 'next');
    const next = await question(1);
    answer(await question(0), 7);
    answer(next, 8);
    expect(await published).toBe(8);
  });

  it('takes no repeated answer to an earlier sample for that to a later one', async () => {
    arrived = [];
    const publisher = new SamplePublisher(connection.nc);
    for (const [index, sequence] of [7, 8].entries()) {
      const published = publisher.publish('samples.a.1.1', '{}', `before-${index}`);
      answer(await question(index), sequence);
      await published;
    }
    const unconfirmed = expect(publisher.publish('samples.a.1.1', '{}', 'next')).rejects.toThrow(
      PublishUnconfirmed,
    );
    const next = await question(2);
    expect(next.reply).toBe(arrived[0]?.reply);
    for (const sequence of [7, 8]) answer(next, sequence);
    await untilGivenUp();
    await unconfirmed;
  });

  it('gives no ticket again whose sample was refused', async () => {
    arrived = [];
    const publisher = new SamplePublisher(connection.nc);
    const refused = publisher.publish('samples.a.1.1', '{}', 'refused');
    const first = await question(0);
    first.respond('{"stream":"SAMPLES","seq":0,"error":{"code":503,"err_code":10077,"description":"full"}}');
    await expect(refused).rejects.toThrow('full');
    const published = publisher.publish('samples.a.1.1', '{}', 'next');
    const next = await question(1);
    expect(next.reply).not.toBe(first.reply);
    answer(first, 9);
    answer(next, 10);
    expect(await published).toBe(10);
  });

  it('gives a sample whose id another sender has used the same other one at each try', async () => {
    arrived = [];
    const publisher = new SamplePublisher(connection.nc, { liesOn: async () => false });
    const idOf = async (index: number) => (await question(index)).headers?.get('Nats-Msg-Id');
    const isUsed = async (index: number) =>
      (await question(index)).respond('{"stream":"SAMPLES","seq":3,"duplicate":true}');
    const first = expect(publisher.publish('samples.a.1.1', '{}', 'used')).rejects.toThrow(
      PublishUnconfirmed,
    );
    await isUsed(0);
    const mine = await idOf(1);
    await untilGivenUp();
    await first;
    const again = publisher.publish('samples.a.1.1', '{}', 'used');
    await isUsed(2);
    expect(await idOf(3)).toBe(mine);
    expect(mine).toMatch(/^used\/[0-9a-f]{36}$/);
    answer(await question(3), 4);
    expect(await again).toBe(4);
    const other = new SamplePublisher(connection.nc, { liesOn: async () => false });
    void other.publish('samples.a.1.1', '{}', 'used').catch(() => undefined);
    await isUsed(4);
    expect(await idOf(5)).not.toBe(mine);
  });

  it('keeps the id of a sample that is on its way into the stream, unless it is so for long', async () => {
    arrived = [];
    const publisher = new SamplePublisher(connection.nc, { liesOn: async () => true });
    const publish = (id: string) => publisher.publish('samples.a.1.1', '{}', id);
    const isOnItsWay = async (index: number) =>
      (await question(index)).respond('{"stream":"SAMPLES","seq":0,"duplicate":true}');
    const early = expect(publish('early')).rejects.toThrow(PublishUnconfirmed);
    await isOnItsWay(0);
    await early;
    const again = publish('early');
    (await question(1)).respond('{"stream":"SAMPLES","seq":5,"duplicate":true}');
    expect(await again).toBe(5);

    // The second is a new message under this id; the first one is lost.
    for (const [index, waitMs] of [60_000, 4_000, 4_000, 4_000, 4_000].entries()) {
      const unconfirmed = expect(publish('left')).rejects.toThrow(PublishUnconfirmed);
      await isOnItsWay(2 + index);
      await unconfirmed;
      vi.advanceTimersByTime(waitMs);
    }
    const other = publish('left');
    await isOnItsWay(7);
    answer(await question(8), 9);
    expect(await other).toBe(9);
    const ids = arrived.map(({ headers }) => headers?.get('Nats-Msg-Id'));
    expect(ids.slice(0, 8)).toEqual(['early', 'early', ...Array(6).fill('left')]);
    expect(ids.slice(8)).toEqual([expect.stringMatching(/^left\/[0-9a-f]{36}$/)]);
  });

  it('is confirmed again after a recreated stream counts from one', async () => {
    arrived = [];
    const publisher = new SamplePublisher(connection.nc);
    const before = publisher.publish('samples.a.1.1', '{}', 'before');
    answer(await question(0), 1_000);
    await before;
    const unconfirmed = expect(publisher.publish('samples.a.1.1', '{}', 'again')).rejects.toThrow(
      PublishUnconfirmed,
    );
    answer(await question(1), 1);
    await untilGivenUp();
    await unconfirmed;
    const again = publisher.publish('samples.a.1.1', '{}', 'again');
    (await question(2)).respond('{"stream":"SAMPLES", "seq":1, "duplicate": true}');
    expect(await again).toBe(1);
    const next = publisher.publish('samples.a.1.1', '{}', 'next');
    answer(await question(3), 2);
    expect(await next).toBe(2);
  });
});
