import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';

/** Gives the suite a connection of its own for as long as it is used. */
export async function withNats<T>(url: string, use: (nc: NatsConnection) => Promise<T>): Promise<T> {
  const { nc, close } = await connectNats({ url, name: 'suite', log: createLogger('suite', 'silent') });
  try {
    return await use(nc);
  } finally {
    await close();
  }
}
