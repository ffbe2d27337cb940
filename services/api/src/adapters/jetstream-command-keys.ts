import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { CommandKeyBook, CommandKeysFull } from '@holdfast/shared/jetstream/sessions/command-keys.ts';
import { BrokerUnavailable, type CommandKeys } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { adaptersText } from './texts.ts';
import { withBroker } from './with-broker.ts';

/** COMMAND_KEYS through the broker. */
export function jetStreamCommandKeys(connection: () => NatsConnection): CommandKeys {
  const withBook = <T>(ask: (book: CommandKeyBook) => Promise<T>) =>
    withBroker(connection, async (nc) => ask(await CommandKeyBook.open(nc)));
  return {
    claim: async (key, record) => {
      try {
        return await withBook((book) => book.claim(key, record));
      } catch (error) {
        if (error instanceof BrokerUnavailable && error.cause instanceof CommandKeysFull) throw noRoom(error);
        throw error;
      }
    },
    put: (key, record) => withBook((book) => book.put(key, record)),
    delete: (key) => withBook((book) => book.delete(key)),
  };
}

function noRoom(cause: Error): Problem {
  return new Problem('command_keys_full', adaptersText('command_keys_full'), {}, { cause });
}
