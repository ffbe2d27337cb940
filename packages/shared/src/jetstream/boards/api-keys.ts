import type { NatsConnection } from '@nats-io/nats-core';
import { type ApiKeyRecord, apiKeyRecordSchema } from '../../contracts/api-key.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { RecordBook } from './record-book.ts';

/** The bucket API_KEYS, by the id of each key. */
export type ApiKeyBook = RecordBook<ApiKeyRecord>;
export const ApiKeyBook = {
  open: (nc: NatsConnection): Promise<ApiKeyBook> =>
    RecordBook.open(nc, {
      bucket: bucketNames.apiKeys,
      keyOf: ({ id }: ApiKeyRecord) => id,
      parse: (value) => apiKeyRecordSchema.parse(value),
    }),
};
