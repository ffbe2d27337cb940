import { type JetStreamManager, jetstreamManager, type StoredMsg, type StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { isBrokerCopy } from '../../contracts/broker-copy.ts';
import type { CloudEvent } from '../../contracts/cloud-event.ts';
import { decodeSessionEvent } from '../../contracts/session-events.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import type { StoredEvent } from '../../event-store/event-store.ts';
import { fewAtOnce } from '../../runtime/few-at-once.ts';
import { EpochBook, EpochMissing, type LoggedAt } from '../../sessions/epoch-book.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { storedMessage } from '../connection/stored-message.ts';
import { storedEvent } from './jetstream-event-store.ts';

/** Questions at a time: a client that makes up epochs must not flood the broker with them. */
const askedAtOnce = 32;
/**
 * An epoch book over SESSIONS; may be made before the broker is up.
 * @param reached a sequence that the log is known to have reached
 */
export function jetStreamEpochs(
  nc: () => NatsConnection,
  size?: number,
  reached: () => number = () => 0,
): EpochBook {
  const inTurn = fewAtOnce(askedAtOnce);
  let end = 0;
  let asking: Promise<StreamInfo['state']> | undefined;
  let manager: { readonly nc: NatsConnection; readonly jsm: Promise<JetStreamManager> } | undefined;
  const managerOf = (connection: NatsConnection): Promise<JetStreamManager> => {
    if (manager?.nc !== connection)
      manager = { nc: connection, jsm: jetstreamManager(connection, { checkAPI: false }) };
    return manager.jsm;
  };
  /** Sends one question for all callers that come before it leaves: its answer covers every event stored by then. */
  const askState = (jsm: JetStreamManager): Promise<StreamInfo['state']> => {
    asking ??= Promise.resolve().then(async () => {
      asking = undefined;
      const { state } = await leaderInfo(jsm, streamNames.sessions);
      end = state.last_seq;
      return state;
    });
    return asking;
  };
  const lookUp = async (epoch: number): Promise<LoggedAt> => {
    const jsm = await managerOf(nc());
    if (epoch > Math.max(end, reached()) && epoch > (await askState(jsm)).last_seq) return { kind: 'ahead' };
    const message = await inTurn(() => storedMessage(jsm, streamNames.sessions, { seq: epoch }));
    if (message) return readLogged(message);
    const { first_seq, last_seq } = await askState(jsm);
    if (epoch > last_seq) return { kind: 'ahead' };
    if (epoch < first_seq) return { kind: 'lost' };
    // Nothing is ever taken out of the middle of the log.
    throw new EpochMissing(
      `SESSIONS has events ${first_seq} to ${last_seq}, and who answered has not event ${epoch}`,
    );
  };
  return new EpochBook({ lookUp, ...(size !== undefined && { kept: size }) });
}

function readLogged({ subject, seq, data, header, time: storedAt }: StoredMsg): LoggedAt {
  if (subject === subjects.restored) return { kind: 'lost' };
  if (isBrokerCopy(header)) return { kind: 'other' };
  const { message } = storedEvent(subject, seq, data);
  const decoded = decodeSessionEvent(message);
  if (decoded.kind !== 'placement' || decoded.event.type !== 'session.assigned') return { kind: 'other' };
  if (subjects.placement(decoded.event.taskId) !== subject) return { kind: 'other' };
  // In a log that was restored, the broker's time is that of the restore.
  const sinceMs = Math.min(Date.parse((message as CloudEvent).time), storedAt.getTime());
  return { kind: 'placed', placement: decoded.event, sinceMs };
}

/**
 * The first lifecycle event of a task behind a place in the log, as its leader has it. For those who may not make consumers.
 * @throws when the broker cannot be asked
 */
export async function lifecycleEventAfter(
  nc: NatsConnection,
  taskId: string,
  after: number,
): Promise<StoredEvent | undefined> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  for (let seq = after + 1; ; ) {
    const next = { seq, next_by_subj: subjects.lifecycle(taskId) };
    const message = await storedMessage(jsm, streamNames.sessions, next);
    if (!message || !isBrokerCopy(message.header))
      return message && storedEvent(message.subject, message.seq, message.data);
    seq = message.seq + 1;
  }
}
