import type { NatsConnection } from '@nats-io/nats-core';
import { type Login, loginSchema } from '../../contracts/login.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { RecordBook } from './record-book.ts';

/** The bucket LOGINS, by the hash of each token. */
export type LoginBook = RecordBook<Login>;
export const LoginBook = {
  open: (nc: NatsConnection): Promise<LoginBook> =>
    RecordBook.open(nc, {
      bucket: bucketNames.logins,
      keyOf: ({ sha256 }: Login) => sha256,
      parse: (value) => loginSchema.parse(value),
    }),
};
