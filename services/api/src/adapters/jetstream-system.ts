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
import { askedOfBroker } from './asked-of-broker.ts';

/** QUARANTINE through the broker's own reading and deleting. */
export function jetStreamQuarantineStore(connection: () => NatsConnection): QuarantineStore {
  return {
    list: (query) => askedOfBroker(connection, (nc) => listQuarantine(nc, query)),
    count: () => askedOfBroker(connection, countQuarantined),
    lastSequence: () => askedOfBroker(connection, lastQuarantined),
    read: (sequence) => askedOfBroker(connection, (nc) => readQuarantined(nc, sequence)),
    delete: (sequence) => askedOfBroker(connection, (nc) => deleteQuarantined(nc, sequence)),
    sendAgain: (message) => askedOfBroker(connection, (nc) => sendAgain(nc, message)),
  };
}

/** The writers' durable consumer and the SINKS bucket. */
export function jetStreamSinks(connection: () => NatsConnection): Sinks {
  return {
    backlog: () => askedOfBroker(connection, readSampleBacklog),
    statuses: () => askedOfBroker(connection, async (nc) => (await SinkBoard.open(nc)).readAll()),
    outboxes: () => askedOfBroker(connection, async (nc) => (await OutboxBoard.open(nc)).readAll()),
  };
}
