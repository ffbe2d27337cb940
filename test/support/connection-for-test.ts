import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from './cleanup.ts';

/** A connection of the test itself to a broker, which is closed when the test file is over. */
export async function connectionForTest(url: string): Promise<NatsConnection> {
  const { nc, close } = await connectNats({ url, name: 'test', log: createLogger('test', 'silent') });
  cleanUpAfterFile(close);
  return nc;
}
