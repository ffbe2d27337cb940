import { durableNames } from '@holdfast/shared/contracts/subjects.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import {
  DurableSessionLog,
  readAcknowledged,
  readEventAt,
  readLastSequence,
} from '@holdfast/shared/jetstream/sessions/durable-session-log.ts';
import type { SessionLog } from '../ports.ts';

/** SESSIONS through the durable consumer `projector`. */
export function jetStreamSessionLog(nc: NatsConnection): SessionLog {
  const durable = durableNames.projector;
  return {
    lastSequence: () => readLastSequence(nc),
    acknowledged: () => readAcknowledged(nc, durable),
    eventAt: (sequence) => readEventAt(nc, sequence),
    openAfter: (after) => DurableSessionLog.open({ nc, durable, after }),
  };
}
