import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import {
  ackAll,
  type BatchConsumer,
  type ConsumeBatchesOptions,
  consumeBatches,
  type JsMsg,
} from './consume-batches.ts';
import { ensureDurable } from './durable-consumer.ts';

const log = createLogger('test', 'fatal');
/** Longer than a test waits: a message that came only after it would not be seen. */
const longAckWaitMs = 600_000;

describe('a durable consumer that works in batches', () => {
  let server: NatsServer;
  let connection: Connection;
  let stream: string;
  let streamCount = 0;
  const running: BatchConsumer[] = [];

  beforeAll(async () => {
    server = await natsForTest();
    connection = await connectNats({ url: server.url, name: 'consume-batches-test', log });
  });
  afterAll(() => connection.close());

  beforeEach(async () => {
    streamCount += 1;
    stream = `STREAM_${streamCount}`;
    const jsm = await jetstreamManager(connection.nc);
    await jsm.streams.add({ name: stream, subjects: [`s${streamCount}.>`], storage: StorageType.File });
  });
  afterEach(async () => {
    for (const consumer of running.splice(0)) await consumer.stop();
  });

  it('hands over what is there, in order, in batches no larger than asked for', async () => {
    await publish(25);
    const batches: string[][] = [];
    start({
      maxMessages: 10,
      handle: async (messages) => {
        batches.push(texts(messages));
        await ackAll(connection.nc, messages);
      },
    });
    await eventually(() => batches.flat().length === 25, { what: '25 messages' });
    expect(batches.flat()).toEqual(numbers(25));
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(10);
    await eventually(async () => (await ackFloor()) === 25, { what: 'all acks' });
  });

  it('hands over an incomplete batch after its time', async () => {
    const deliveries: string[] = [];
    start({ maxMessages: 1000, maxWaitMs: 50, handle: takeAll(deliveries) });
    await publish(1);
    await eventually(() => deliveries.length === 1, { what: 'the single message' });
  });

  it('hands over batches of no more bytes than asked for, and a message that has more by itself', async () => {
    await publish(6, 0, 400);
    await publish(1, 6, 3_000);
    await publish(2, 7, 400);
    await publish(1, 9, 3_000);
    const batches: string[][] = [];
    start({
      maxMessages: 1_000,
      maxBytes: 1_000,
      // No batch is handed over because of its age: what comes behind completes it.
      maxWaitMs: 600_000,
      handle: async (messages) => {
        batches.push(texts(messages).map((text) => text.trim()));
        await ackAll(connection.nc, messages);
      },
    });
    await eventually(() => batches.flat().length === 10, { what: 'all messages' });
    expect(batches).toEqual([['0', '1'], ['2', '3'], ['4', '5'], ['6'], ['7', '8'], ['9']]);
  });

  it('leaves with the broker what is more than it may hold, and takes it up once there is room', async () => {
    await publish(300, 0, 5_000);
    const deliveries: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    start({
      maxMessages: 10,
      maxHeldBytes: 100_000,
      ackWaitMs: 1_000,
      handle: async (messages) => {
        await held;
        await takeAll(deliveries)(messages);
      },
    });
    const pending = async () => {
      const jsm = await jetstreamManager(connection.nc);
      return (await jsm.consumers.info(stream, 'worker')).num_ack_pending;
    };
    await eventually(async () => (await pending()) > 20, { what: 'more than it may hold' });
    const since = performance.now();
    await eventually(() => performance.now() - since > 500, { what: 'time for more to come' });
    expect(await pending()).toBeLessThan(60);
    release();
    await eventually(() => new Set(deliveries).size === 300, { what: 'all of them' });
    await eventually(async () => (await ackFloor()) === 300, { what: 'all acks' });
  });

  it('hands over the unacknowledged rest again when handling fails', async () => {
    await publish(4);
    const deliveries: string[][] = [];
    start({
      maxMessages: 4,
      handle: async (messages) => {
        deliveries.push(texts(messages));
        if (deliveries.length === 1) {
          await ackAll(connection.nc, messages.slice(0, 2));
          throw new Error('half-way');
        }
        await ackAll(connection.nc, messages);
      },
    });
    await eventually(() => deliveries.length === 2, { what: 'the second try' });
    expect(deliveries).toEqual([numbers(4), ['2', '3']]);
    await eventually(async () => (await ackFloor()) === 4, { what: 'all acks' });
  });

  it('keeps messages from being delivered again while they are in hand for longer than ack_wait', async () => {
    await publish(3);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const deliveries: string[] = [];
    start({
      maxMessages: 1,
      // Long enough for a machine on which a program waits one and a half seconds for its turn.
      ackWaitMs: 2_500,
      handle: async (messages) => {
        deliveries.push(...texts(messages));
        if (deliveries.length === 1) await held;
        await ackAll(connection.nc, messages);
      },
    });
    await eventually(() => deliveries.length === 1, { what: 'the first message' });
    const heldSince = performance.now();
    await eventually(() => performance.now() - heldSince > 5_500, { what: 'more than twice ack_wait' });
    const jsm = await jetstreamManager(connection.nc);
    expect((await jsm.consumers.info(stream, 'worker')).num_redelivered).toBe(0);
    release();
    await eventually(async () => (await ackFloor()) === 3, { what: 'all acks' });
    expect(deliveries).toEqual(numbers(3));
  });

  it('signals no progress for messages that leave before the next signal', async () => {
    const signals: string[] = [];
    const subscription = connection.nc.subscribe(`$JS.ACK.${stream}.>`, {
      callback: (_, message) => {
        if (message.string() === '+WPI') signals.push(message.subject);
      },
    });
    let count = 0;
    // Signalled every two seconds. Some messages always wait.
    start({ maxMessages: 100_000, ackWaitMs: 6_000, maxWaitMs: 300, handle: takeAll([]) });
    const since = performance.now();
    while (performance.now() - since < 4_200) {
      await publish(1, count);
      count += 1;
    }
    await eventually(async () => (await ackFloor()) === count, { what: 'all acks' });
    subscription.unsubscribe();
    expect(signals).toEqual([]);
  });

  it.each([
    ['at once', async () => undefined],
    [
      'so that it is there at once also after a restart of the broker',
      async () => {
        await connection.nc.flush();
        await server.restart();
        await eventually(() => connection.isUp(), { what: 'the connection' });
      },
    ],
  ])('gives back what it has not handled when it is stopped, %s', async (_when, meanwhile) => {
    await publish(20);
    let entered = false;
    const first = start({
      maxMessages: 5,
      ackWaitMs: longAckWaitMs,
      handle: (_, signal) =>
        new Promise((resolve) => {
          entered = true;
          signal.addEventListener('abort', () => resolve(), { once: true });
        }),
    });
    await eventually(() => entered, { what: 'the batch in hand' });
    await first.stop();
    await meanwhile();
    expect((await deliveredAgain(20)).sort(byNumber)).toEqual(numbers(20));
  });

  it('gives back also what the broker has sent and the client has not read yet', async () => {
    // With so many bytes, the client has read only part of them when the first message is handed over.
    await publish(30, 0, 500_000);
    let stopped: Promise<void> | undefined;
    const first: BatchConsumer = start({
      maxMessages: 30,
      maxWaitMs: 0,
      ackWaitMs: longAckWaitMs,
      handle: async () => {
        stopped ??= first.stop();
      },
    });
    await eventually(() => stopped !== undefined, { what: 'the first batch' });
    await stopped;
    expect((await deliveredAgain(30)).map((text) => text.trim()).sort(byNumber)).toEqual(numbers(30));
  });

  it('can be stopped at any moment of its start', async () => {
    await publish(1);
    for (let turns = 0; turns < 60; turns++) {
      const consumer = start({ handle: takeAll([]) });
      // A round trip to the broker is a few turns of the event loop: each number of turns stops the consumer at another
      // moment.
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      await consumer.stop();
    }
  });

  it('takes over new settings of a consumer that exists already', async () => {
    await ensureDurable({ nc: connection.nc, stream, durable: 'worker' });
    const info = await ensureDurable({
      nc: connection.nc,
      stream,
      durable: 'worker',
      maxAckPending: 7,
      ackWaitMs: 9_000,
    });
    expect([info.config.max_ack_pending, info.config.ack_wait]).toEqual([7, 9_000_000_000]);
  });

  it('recreates its consumer when it was deleted', async () => {
    const deliveries: string[] = [];
    start({ maxMessages: 10, handle: takeAll(deliveries) });
    await publish(1);
    await eventually(() => deliveries.length === 1, { what: 'the first message' });
    const jsm = await jetstreamManager(connection.nc);
    await jsm.consumers.delete(stream, 'worker');
    await publish(1, 1);
    await eventually(() => deliveries.includes('1'), { what: 'the message after that' });
  });

  it('goes on after the broker was killed and came back', async () => {
    const deliveries: string[] = [];
    // A killed broker forgets acks that it had not flushed yet; those messages come again after ack_wait.
    start({ maxMessages: 10, ackWaitMs: 1_000, handle: takeAll(deliveries) });
    await publish(10);
    await eventually(() => deliveries.length === 10, { what: 'the messages before' });
    await server.kill();
    await server.restart();
    await eventually(() => connection.isUp(), { what: 'the connection' });
    await publish(10, 10);
    await eventually(() => new Set(deliveries).size === 20, { what: 'the messages after' });
    await eventually(async () => (await ackFloor()) === 20, { what: 'all acks' });
  });

  function start(
    options: Partial<ConsumeBatchesOptions> & Pick<ConsumeBatchesOptions, 'handle'>,
  ): BatchConsumer {
    const consumer = consumeBatches({
      nc: connection.nc,
      stream,
      durable: 'worker',
      maxMessages: 10,
      maxWaitMs: 20,
      log,
      ...options,
    });
    running.push(consumer);
    return consumer;
  }

  /** What another consumer gets, long before messages in hand would come again by themselves. */
  async function deliveredAgain(count: number): Promise<string[]> {
    const deliveries: string[] = [];
    start({ maxMessages: count, ackWaitMs: longAckWaitMs, handle: takeAll(deliveries) });
    await eventually(() => deliveries.length === count, {
      what: 'everything again, without waiting for ack_wait',
    });
    return deliveries;
  }

  /** @param bytes length of each body: its number, padded with blanks */
  async function publish(count: number, from = 0, bytes = 0): Promise<void> {
    const js = jetstream(connection.nc);
    for (let index = from; index < from + count; index++) {
      await eventually(
        () => js.publish(`s${streamCount}.a`, String(index).padEnd(bytes), { msgID: `${index}` }),
        {
          what: 'the broker to take a message',
        },
      );
    }
  }

  function takeAll(deliveries: string[]): (messages: JsMsg[]) => Promise<void> {
    return async (messages) => {
      deliveries.push(...texts(messages));
      await ackAll(connection.nc, messages);
    };
  }

  async function ackFloor(): Promise<number> {
    const jsm = await jetstreamManager(connection.nc);
    return (await jsm.consumers.info(stream, 'worker')).ack_floor.stream_seq;
  }
});

const texts = (messages: JsMsg[]) => messages.map((message) => message.string());
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const byNumber = (a: string, b: string) => Number(a) - Number(b);
