import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { openConsumerService } from '@holdfast/shared/jetstream/consume/serve-consumer-requests.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { brokerAccess, streamBounds } from '@holdfast/shared/runtime/config.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import type { SupervisorConfig } from '../config.ts';

export type Broker = Awaited<ReturnType<typeof openBroker>>;

/** The connection to NATS, once the streams are there. */
export async function openBroker(
  config: SupervisorConfig,
  instance: string,
  { log, onStop }: ServiceContext,
) {
  const access = { ...brokerAccess(config), name: `supervisor-${instance}`, log };
  const connection = await connectNats({ ...access, needs: streamNames.sessions });
  onStop('NATS connection', connection.close);
  const { nc } = connection;
  await ensureStreams(nc, streamBounds(config), log);
  onStop('consumers of others', openConsumerService(access));
  return { connection, nc };
}
