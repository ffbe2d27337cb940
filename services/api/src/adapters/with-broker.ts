import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { BrokerUnavailable } from '../ports.ts';

/**
 * Runs a question to the broker; any failure of it means that the broker cannot be used now.
 * @throws BrokerUnavailable
 */
export async function withBroker<T>(
  connection: () => NatsConnection,
  ask: (nc: NatsConnection) => Promise<T>,
): Promise<T> {
  const nc = connection();
  try {
    return await ask(nc);
  } catch (error) {
    if (error instanceof BrokerUnavailable) throw error;
    throw new BrokerUnavailable('the broker did not answer', { cause: error });
  }
}
