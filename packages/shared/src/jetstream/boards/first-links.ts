import type { NatsConnection } from '@nats-io/nats-core';
import { type FirstLink, firstLinkSchema } from '../../contracts/first-link.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { RecordBook } from './record-book.ts';

/** The bucket LINKS, by the hash of the token. */
export type LinkBook = RecordBook<FirstLink>;
export const LinkBook = {
  open: (nc: NatsConnection): Promise<LinkBook> =>
    RecordBook.open(nc, {
      bucket: bucketNames.links,
      keyOf: ({ sha256 }) => sha256,
      parse: (value) => firstLinkSchema.parse(value),
    }),
};
