import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { freeze } from '@holdfast/test/support/freeze.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { type Consumer, jetstream } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import { BrokerSilent } from './fetch-in-time.ts';
import { messagesUpTo } from './messages-up-to.ts';
import { orderedConsumer } from './ordered-consumer.ts';

it.each(['hangs', 'is gone'])(
  'a broker that %s right before a request is not waited for until it is back',
  async (how) => {
    const server = await natsForTest();
    const { nc } = await sessionLogForTest(server.url);
    await askBroker(nc, subjects.quarantine('SAMPLES'), 'x');
    const consumer = await orderedConsumer(jetstream(nc), streamNames.quarantine, {});
    let end = async (): Promise<unknown> => undefined;
    const last: Pick<Consumer, 'info' | 'fetch'> = {
      fetch: (request) => consumer.fetch(request),
      async info() {
        const info = await consumer.info();
        if (how === 'hangs') {
          const thaw = await freeze(server.pid);
          end = async () => thaw();
        } else {
          await server.kill();
          end = () => server.restart();
        }
        return info;
      },
    };
    const read = async () => {
      for await (const _ of messagesUpTo(last, async () => 1)) throw new Error('nothing can come');
    };
    try {
      await expect(read()).rejects.toThrow(BrokerSilent);
    } finally {
      await end();
    }
  },
);
