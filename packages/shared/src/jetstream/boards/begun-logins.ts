import type { NatsConnection } from '@nats-io/nats-core';
import { type BegunLogin, begunLoginKey, begunLoginSchema } from '../../contracts/begun-login.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { RecordBook } from './record-book.ts';

/** The bucket BEGUN_LOGINS, by kind and the hash of what its owner has. */
export type BegunLoginBook = RecordBook<BegunLogin>;
export const BegunLoginBook = {
  open: (nc: NatsConnection): Promise<BegunLoginBook> =>
    RecordBook.open(nc, {
      bucket: bucketNames.begunLogins,
      keyOf: begunLoginKey,
      parse: (value) => begunLoginSchema.parse(value),
    }),
};
