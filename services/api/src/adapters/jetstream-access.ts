import { ApiKeyBook } from '@holdfast/shared/jetstream/boards/api-keys.ts';
import { BegunLoginBook } from '@holdfast/shared/jetstream/boards/begun-logins.ts';
import { LinkBook } from '@holdfast/shared/jetstream/boards/first-links.ts';
import { LoginBook } from '@holdfast/shared/jetstream/boards/logins.ts';
import type { RecordBook as StoredBook } from '@holdfast/shared/jetstream/boards/record-book.ts';
import { UserBook } from '@holdfast/shared/jetstream/boards/users.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import type * as ports from '../ports.ts';
import { withBroker } from './with-broker.ts';

/** API_KEYS through the broker. */
export function jetStreamKeyBook(connection: () => NatsConnection): ports.KeyBook {
  return recordBook(connection, ApiKeyBook.open);
}

/** USERS through the broker. */
export function jetStreamUserBook(connection: () => NatsConnection): ports.UserBook {
  return recordBook(connection, UserBook.open);
}

/** LOGINS through the broker. */
export function jetStreamLoginBook(connection: () => NatsConnection): ports.LoginBook {
  return recordBook(connection, LoginBook.open);
}

/** LINKS through the broker. */
export function jetStreamLinkBook(connection: () => NatsConnection): ports.LinkBook {
  return recordBook(connection, LinkBook.open);
}

/** BEGUN_LOGINS through the broker. */
export function jetStreamBegunLoginBook(connection: () => NatsConnection): ports.BegunLoginBook {
  return recordBook(connection, BegunLoginBook.open);
}

function recordBook<R>(
  connection: () => NatsConnection,
  open: (nc: NatsConnection) => Promise<StoredBook<R>>,
): ports.RecordBook<R> {
  const withBook = <T>(ask: (book: StoredBook<R>) => Promise<T>) =>
    withBroker(connection, async (nc) => ask(await open(nc)));
  return {
    create: (record) => withBook((book) => book.create(record)),
    replace: (entry) => withBook((book) => book.replace(entry)),
    delete: (entry) => withBook((book) => book.delete(entry)),
    read: (key) => withBook((book) => book.read(key)),
    readAll: () => withBook((book) => book.readAll()),
    watch: (onChange, onCurrent) => withBook((book) => book.watch(onChange, onCurrent)),
  };
}
