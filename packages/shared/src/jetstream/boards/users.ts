import type { NatsConnection } from '@nats-io/nats-core';
import { bucketNames } from '../../contracts/subjects.ts';
import { type User, userKey, userSchema } from '../../contracts/user.ts';
import { RecordBook } from './record-book.ts';

/** The bucket USERS, by the login of each. */
export type UserBook = RecordBook<User>;
export const UserBook = {
  open: (nc: NatsConnection): Promise<UserBook> =>
    RecordBook.open(nc, {
      bucket: bucketNames.users,
      keyOf: userKey,
      parse: (value) => userSchema.parse(value),
    }),
};
