import { ApiKeyBook } from '@holdfast/shared/jetstream/boards/api-keys.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import type { KeyBook } from '../ports.ts';
import { askedOfBroker } from './asked-of-broker.ts';

/** API_KEYS through the broker. */
export function jetStreamKeyBook(connection: () => NatsConnection): KeyBook {
  const asked = <T>(ask: (book: ApiKeyBook) => Promise<T>) =>
    askedOfBroker(connection, async (nc) => ask(await ApiKeyBook.open(nc)));
  return {
    create: (record) => asked((book) => book.create(record)),
    replace: (stored) => asked((book) => book.replace(stored)),
    readAll: () => asked((book) => book.readAll()),
    watch: (onChange) => asked((book) => book.watch(onChange)),
  };
}
