import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import type { Msg } from '@nats-io/nats-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../runtime/logger.ts';
import { type Connection, connectNats } from './connect.ts';
import { PublishUnconfirmed, SamplePublisher } from './sample-publisher.ts';

/** Answered by hand, as late as it takes. */
describe('the publisher of samples', () => {
  let connection: Connection;
  let arrived: Msg[] = [];
  let another: () => void = () => undefined;

  const question = async (index: number): Promise<Msg> => {
    for (let found = arrived[index]; ; found = arrived[index]) {
      if (found) return found;
      await new Promise<void>((resolve) => {
        another = resolve;
      });
    }
  };
  const answer = (message: Msg, sequence: number) =>
    message.respond(`{"stream":"SAMPLES", "seq":${sequence}}`);

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

  it('has the next answers come on the same subject, so that the broker remembers it', async () => {
    arrived = [];
    const publisher = new SamplePublisher(connection.nc);
    for (const index of [0, 1, 2]) {
      const published = publisher.publish('samples.1.1', '{}', `id-${index}`);
      answer(await question(index), index + 1);
      expect(await published).toBe(index + 1);
    }
    expect(new Set(arrived.map(({ reply }) => reply)).size).toBe(1);
  });

  it('takes no late answer to a sample that it has given up for that to a later one', async () => {
    arrived = [];
    const publisher = new SamplePublisher(connection.nc, 300);
    await expect(publisher.publish('samples.1.1', '{}', 'late')).rejects.toThrow(PublishUnconfirmed);
    const published = publisher.publish('samples.1.1', '{}', 'next');
    const next = await question(1);
    answer(await question(0), 7);
    answer(next, 8);
    expect(await published).toBe(8);
  });
});
