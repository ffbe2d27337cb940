import { streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { openStreamFeed, streamBounds } from '@holdfast/shared/jetstream/consume/stream-feed.ts';
import { readHealthChanges, readHealthOfSession } from '@holdfast/shared/jetstream/streams/health-stream.ts';
import type { ChangeSource, ChangeStreams, HealthChanges, HealthOfSession } from '../ports.ts';
import { withBroker } from './with-broker.ts';

const streams: Readonly<Record<ChangeSource, { stream: string; filterSubject: string }>> = {
  s: { stream: streamNames.sessions, filterSubject: subjects.allSessions },
  h: { stream: streamNames.health, filterSubject: subjects.allHealth },
  a: { stream: streamNames.audit, filterSubject: subjects.allAudit },
};

/** SESSIONS, HEALTH and AUDIT through an ordered consumer each. */
export function jetStreamChanges(connection: () => NatsConnection): ChangeStreams {
  return {
    bounds: (source) => withBroker(connection, (nc) => streamBounds(nc, streams[source].stream)),
    open: (source, after) =>
      withBroker(connection, (nc) => openStreamFeed(nc, { ...streams[source], after })),
  };
}

/** HEALTH, read backwards. */
export function jetStreamHealthChanges(connection: () => NatsConnection): HealthChanges {
  return (query) => withBroker(connection, (nc) => readHealthChanges(nc, query));
}

/** HEALTH of one session. */
export function jetStreamHealthOfSession(connection: () => NatsConnection): HealthOfSession {
  return (query) => withBroker(connection, (nc) => readHealthOfSession(nc, query));
}
