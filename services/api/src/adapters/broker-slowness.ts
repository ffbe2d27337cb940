import { BrokerAnswers } from '@holdfast/shared/jetstream/connection/broker-answers.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';

/**
 * By how much longer than over a quick link a view waits for each answer of the broker: 0 there, and while there is no
 * connection.
 */
export function brokerSlowness(connection: () => NatsConnection): () => number {
  return () => {
    try {
      return BrokerAnswers.of(connection()).slownessMs('read');
    } catch {
      return 0;
    }
  };
}
