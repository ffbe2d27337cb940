import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSentRecord, type SentRecord } from '../../contracts/sent-record.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import { deleteSentMessages, readSentMessages, SentStream } from './sent-stream.ts';
import { ensureStreams } from './streams.ts';

const settings = {
  sessionsMaxBytes: 2 * 1024 * 1024,
  samplesMaxBytes: 4 * 1024 * 1024,
  samplesMaxAgeHours: 5,
  replicas: 1,
};
const record = (tick: number): SentRecord => ({
  v: 1,
  session: '7-1',
  epoch: 2,
  collector: 'A',
  ended: false,
  devices: [{ device: 'press', period_ms: 1_000, since_tick: 10, tick }],
});

describe('SENT', () => {
  let connection: Connection;
  let stream: SentStream;
  const lastTicks = (texts: readonly { readonly text: string }[]) =>
    texts.map(({ text }) => decodeSentRecord(text)?.devices[0]?.tick);
  beforeAll(async () => {
    const server = await natsForTest();
    const log = createLogger('test', 'silent');
    connection = await connectNats({ url: server.url, name: 'sent-test', log });
    await ensureStreams(connection.nc, settings);
    stream = new SentStream(connection.nc, 'A');
  });
  afterAll(() => connection.close());

  it('keeps what each sender said last, and gives what is new', async () => {
    expect(await readSentMessages(connection.nc, 0)).toMatchObject({ messages: [], upTo: 0 });
    for (const tick of [20, 21, 22]) await stream.publish('7', 'one-1', record(tick));
    await stream.publish('7', 'two-1', record(40));
    const first = await readSentMessages(connection.nc, 0);
    expect(lastTicks(first.messages)).toEqual([22, 40]);
    expect(first.messages.map(({ subject }) => subject)).toEqual(['sent.A.7.one-1', 'sent.A.7.two-1']);
    expect(Math.abs(first.nowMs - (first.messages[0]?.storedAtMs ?? 0))).toBeLessThan(60_000);
    expect(await readSentMessages(connection.nc, first.upTo)).toMatchObject({
      messages: [],
      upTo: first.upTo,
    });
    await stream.publish('7', 'one-1', record(23));
    expect(lastTicks((await readSentMessages(connection.nc, first.upTo)).messages)).toEqual([23]);
  });

  it('gives up what is taken away, once, and not what came in its place', async () => {
    await stream.publish('8', 'one-2', record(50));
    const { messages } = await readSentMessages(connection.nc, 0);
    const old = messages.find(({ subject }) => subject === 'sent.A.8.one-2')?.sequence ?? 0;
    await stream.publish('8', 'one-2', record(51));
    await deleteSentMessages(connection.nc, old);
    const remainingMessages = (await readSentMessages(connection.nc, 0)).messages.filter(
      ({ subject }) => subject === 'sent.A.8.one-2',
    );
    expect(lastTicks(remainingMessages)).toEqual([51]);
    await deleteSentMessages(connection.nc, remainingMessages[0]?.sequence ?? 0);
    await deleteSentMessages(connection.nc, remainingMessages[0]?.sequence ?? 0);
    const subjects = (await readSentMessages(connection.nc, 0)).messages.map(({ subject }) => subject);
    expect(subjects).not.toContain('sent.A.8.one-2');
  });

  it('is read from its beginning when it was recreated', async () => {
    const { upTo } = await readSentMessages(connection.nc, 0);
    await (await jetstreamManager(connection.nc)).streams.delete('SENT');
    await expect(stream.publish('7', 'one-9', record(59))).rejects.toThrow();
    await ensureStreams(connection.nc, settings);
    await stream.publish('7', 'one-9', record(60));
    const again = await readSentMessages(connection.nc, upTo);
    expect(lastTicks(again.messages)).toEqual([60]);
    expect(again.upTo).toBe(1);
  });
});
