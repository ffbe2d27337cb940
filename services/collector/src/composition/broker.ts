import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { prepareStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { streamsOfCollector } from '@holdfast/shared/permissions/permissions.ts';
import { brokerAccess, streamBounds } from '@holdfast/shared/runtime/config.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import type { CollectorConfig } from '../config.ts';

export type Broker = Awaited<ReturnType<typeof openBroker>>;

/** The connection to NATS, once the streams are there. */
export async function openBroker(config: CollectorConfig, { log, onStop }: ServiceContext) {
  const connection = await connectNats({
    ...brokerAccess(config),
    name: `collector-${config.COLLECTOR_ID}`,
    needs: streamNames.sessions,
    log,
  });
  onStop('NATS connection', connection.close);
  const { nc } = connection;
  // A process with an identity of its own lacks the broker's permission to make streams.
  const mayCreate = config.NATS_NKEY_SEED === undefined;
  await prepareStreams(nc, streamBounds(config), { mayCreate, only: streamsOfCollector, log });
  return { connection, nc };
}
