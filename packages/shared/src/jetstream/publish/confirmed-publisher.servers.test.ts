import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { freeze } from '@holdfast/test/support/freeze.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { JetStreamApiCodes, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import { type ConfirmedPublish, ConfirmedPublisher } from './confirmed-publisher.ts';
import { PublishNotSent, PublishRefused, PublishUnconfirmed } from './pub-ack.ts';

/** A stream for each test: the broker may not have finished deleting the last test's. */
let stream = '';
const subject = (name: string) => `confirmed.${stream}.${name}`;
let server: NatsServer;
let connection: Connection;
let jsm: JetStreamManager;
let publisher: ConfirmedPublisher;

const message = (about: Partial<ConfirmedPublish>): ConfirmedPublish => ({
  ...{ subject: subject('a'), body: 'something', messageId: '', timeoutMs: 5_000 },
  ...about,
});

async function connect(): Promise<Connection> {
  return connectNats({ url: server.url, name: 'publisher-test', log: createLogger('test', 'silent') });
}

beforeAll(async () => {
  server = await natsForTest();
  connection = await connect();
  jsm = await jetstreamManager(connection.nc);
  publisher = ConfirmedPublisher.of(connection.nc);
});

afterAll(() => connection.close());

beforeEach(async ({ task }) => {
  stream = task.id;
  await jsm.streams.add({ name: stream, subjects: [subject('>')], max_msg_size: 4_096 });
});

async function storedTexts(): Promise<string[]> {
  const { state } = await jsm.streams.info(stream);
  const bodies: string[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq += 1) {
    bodies.push((await jsm.streams.getMessage(stream, { seq }))?.string() ?? '');
  }
  return bodies;
}

describe('messages that are published', () => {
  it('many at a time are stored in the order in which they were given, and each gets its own sequence', async () => {
    const bodies = Array.from({ length: 2_000 }, (_, index) => `早班 ${index}`);
    const acks = await Promise.all(
      bodies.map((body, index) => publisher.publish(message({ body, messageId: `many-${index}` }))),
    );
    expect(acks).toEqual(bodies.map((_, index) => ({ sequence: index + 1, duplicate: false })));
    expect(await storedTexts()).toEqual(bodies);
  });

  it('again under the same id are stored once, and get the sequence of the first', async () => {
    const once = message({ messageId: 'once' });
    await publisher.publish(message({ messageId: 'before' }));
    const [first, second] = await Promise.all([publisher.publish(once), publisher.publish(once)]);
    expect(first).toEqual({ sequence: 2, duplicate: false });
    expect(second).toEqual({ sequence: 2, duplicate: true });
    expect(await storedTexts()).toHaveLength(2);
  });

  it('carry their id and trace, and no header for what was not given', async () => {
    await publisher.publish(message({ messageId: 'plain' }));
    await publisher.publish(message({ messageId: 'traced', traceparent: '00-aa-bb-00', expectedLast: 1 }));
    const names = async (seq: number) => {
      const message = await jsm.streams.getMessage(stream, { seq });
      return Object.fromEntries(
        (message?.header.keys() ?? []).map((name) => [name, message?.header.get(name)]),
      );
    };
    expect(await names(1)).toEqual({ 'Nats-Msg-Id': 'plain' });
    expect(await names(2)).toEqual({
      'Nats-Msg-Id': 'traced',
      'Nats-Expected-Last-Subject-Sequence': '1',
      traceparent: '00-aa-bb-00',
    });
  });
});

describe('a message that is refused', () => {
  it('as the subject has come further says so, and those sent with it are stored', async () => {
    await publisher.publish(message({ messageId: 'first' }));
    const outcomes = await Promise.allSettled([
      publisher.publish(message({ messageId: 'stale', expectedLast: 0 })),
      publisher.publish(message({ messageId: 'other', subject: subject('b'), expectedLast: 0 })),
    ]);
    expect(outcomes[0]).toMatchObject({
      reason: expect.objectContaining({
        name: PublishRefused.name,
        code: JetStreamApiCodes.StreamWrongLastSequence,
      }),
    });
    expect(outcomes[1]).toMatchObject({ value: { sequence: 2, duplicate: false } });
  });

  it('since it is larger than the stream takes says so', async () => {
    const large = publisher.publish(message({ messageId: 'large', body: 'x'.repeat(5_000) }));
    await expect(large).rejects.toBeInstanceOf(PublishRefused);
    expect(await storedTexts()).toEqual([]);
  });

  it('as no stream takes its subject has the code 0', async () => {
    const homeless = publisher.publish(message({ messageId: 'homeless', subject: 'no.stream.takes.this' }));
    await expect(homeless).rejects.toMatchObject({ name: PublishRefused.name, code: 0 });
  });
});

describe('a message that cannot be sent', () => {
  it('with a line end in its id, or larger than the broker takes, leaves the others alone', async () => {
    const outcomes = await Promise.allSettled([
      publisher.publish(message({ messageId: 'two\r\nlines' })),
      publisher.publish(message({ messageId: 'huge', body: 'x'.repeat(2 * 1024 * 1024) })),
      publisher.publish(message({ messageId: 'good' })),
    ]);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([
      expect.any(PublishNotSent),
      expect.any(PublishNotSent),
      false,
    ]);
    expect(await storedTexts()).toEqual(['something']);
  });

  it('over a connection that is closed says so', async () => {
    const own = await connect();
    const closed = ConfirmedPublisher.of(own.nc);
    await own.close();
    await expect(closed.publish(message({ messageId: 'closed' }))).rejects.toBeInstanceOf(PublishNotSent);
  });
});

/** Records disconnects: a message that is given up because the connection was lost says nothing about its own time. */
function disconnectsOf({ nc }: Connection): readonly string[] {
  const texts: string[] = [];
  void (async () => {
    for await (const { type } of nc.status()) if (type === 'disconnect') texts.push(type);
  })();
  return texts;
}
/** Longer than any test may take: nothing is given up because of it. */
const neverMs = 600_000;

describe('a message whose confirmation does not come', () => {
  it('in time is neither stored nor refused for all that is known, and what comes late confirms no other', async () => {
    const disconnects = disconnectsOf(connection);
    const thaw = await freeze(server.pid);
    try {
      const late = publisher.publish(message({ messageId: 'late', body: 'late', timeoutMs: 50 }));
      await expect(late).rejects.toBeInstanceOf(PublishUnconfirmed);
      expect(disconnects).toEqual([]);
    } finally {
      thaw();
    }
    const next = await publisher.publish(message({ messageId: 'next', body: 'next' }));
    expect(next).toEqual({ sequence: 2, duplicate: false });
    expect(await storedTexts()).toEqual(['late', 'next']);
    expect(await publisher.publish(message({ messageId: 'late', body: 'late' }))).toEqual({
      sequence: 1,
      duplicate: true,
    });
  });

  it('each in its own time, whatever those before it are given', async () => {
    const disconnects = disconnectsOf(connection);
    const results: string[] = [];
    const wait = (name: string, timeoutMs: number) =>
      publisher
        .publish(message({ messageId: name, timeoutMs }))
        .then(() => results.push(`${name} confirmed`))
        .catch(() => results.push(`${name} given up`));
    const thaw = await freeze(server.pid);
    const patient = wait('patient', neverMs);
    const slower = wait('slower', 60);
    try {
      await wait('hasty', 20);
      await slower;
      expect(disconnects).toEqual([]);
    } finally {
      thaw();
    }
    await patient;
    expect(results).toEqual(['hasty given up', 'slower given up', 'patient confirmed']);
  });

  it('as the connection is closed is given up at once', async () => {
    const own = await connect();
    const thaw = await freeze(server.pid);
    try {
      const closing = ConfirmedPublisher.of(own.nc).publish(
        message({ messageId: 'closing', timeoutMs: neverMs }),
      );
      closing.catch(() => undefined);
      await new Promise(setImmediate);
      await own.nc.close();
      await expect(closing).rejects.toBeInstanceOf(PublishUnconfirmed);
    } finally {
      thaw();
    }
  });

  it('as the connection is lost is given up at once, and the publisher works on when it is back', async () => {
    const thaw = await freeze(server.pid);
    const lost = publisher.publish(message({ messageId: 'lost', timeoutMs: neverMs }));
    lost.catch(() => undefined);
    // Written before the server is gone, else it would never leave.
    await new Promise(setImmediate);
    const exited = server.kill();
    thaw();
    await exited;
    await expect(lost).rejects.toBeInstanceOf(PublishUnconfirmed);
    await server.restart();
    await expect.poll(async () => (await publisher.publish(message({ messageId: 'lost' }))).sequence).toBe(1);
  });
});
