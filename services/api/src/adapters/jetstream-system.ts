import { OutboxBoard } from '@holdfast/shared/jetstream/boards/outbox-board.ts';
import { SinkBoard } from '@holdfast/shared/jetstream/boards/sink-board.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import {
  countQuarantined,
  deleteQuarantined,
  lastQuarantined,
  listQuarantine,
  readQuarantined,
  sendAgain,
} from '@holdfast/shared/jetstream/samples/quarantine-store.ts';
import { readSampleBacklog } from '@holdfast/shared/jetstream/samples/sample-backlog.ts';
import type { QuarantineStore, Sinks } from '../ports.ts';
import { withBroker } from './with-broker.ts';

/** QUARANTINE through the broker's own reading and deleting. */
export function jetStreamQuarantineStore(connection: () => NatsConnection): QuarantineStore {
  return {
    list: (query) => withBroker(connection, (nc) => listQuarantine(nc, query)),
    count: () => withBroker(connection, countQuarantined),
    lastSequence: () => withBroker(connection, lastQuarantined),
    read: (sequence) => withBroker(connection, (nc) => readQuarantined(nc, sequence)),
    delete: (sequence) => withBroker(connection, (nc) => deleteQuarantined(nc, sequence)),
    sendAgain: (message) => withBroker(connection, (nc) => sendAgain(nc, message)),
  };
}

/** The writers' durable consumer and the SINKS bucket. */
export function jetStreamSinks(connection: () => NatsConnection): Sinks {
  return {
    backlog: () => withBroker(connection, readSampleBacklog),
    statuses: () => withBroker(connection, async (nc) => (await SinkBoard.open(nc)).readAll()),
    outboxes: () => withBroker(connection, async (nc) => (await OutboxBoard.open(nc)).readAll()),
  };
}
