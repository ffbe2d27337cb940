import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { decodeSessionEvent } from '../../contracts/session-events.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import { storedMessage } from '../connection/stored-message.ts';
import { storedEvent } from './jetstream-event-store.ts';

export interface NextPlacement {
  /** The sequence of its event, even if that cannot be read. */
  readonly epoch: number;
  /** On the broker's clock. */
  readonly storedAtMs: number;
}

/**
 * The placement of a task that follows this epoch, or undefined while there is none. Once found, it never changes.
 * @throws when SESSIONS cannot be read
 */
export async function nextPlacement(
  nc: NatsConnection,
  taskId: string,
  epoch: number,
): Promise<NextPlacement | undefined> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const subject = subjects.placement(taskId);
  let seq = epoch + 1;
  for (;;) {
    const message = await storedMessage(jsm, streamNames.sessions, { seq, next_by_subj: subject });
    if (!message) return undefined;
    const decoded = decodeSessionEvent(storedEvent(subject, message.seq, message.data).message);
    const isRelease = decoded.kind === 'placement' && decoded.event.type === 'session.released';
    if (!isRelease) return { epoch: message.seq, storedAtMs: message.time.getTime() };
    seq = message.seq + 1;
  }
}
