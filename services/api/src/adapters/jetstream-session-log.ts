import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import {
  readEventAt,
  readLastSequence,
  SessionLogReader,
} from '@holdfast/shared/jetstream/sessions/read-session-log.ts';
import type { SessionLog } from '../ports.ts';

export function jetStreamSessionLog(nc: NatsConnection): SessionLog {
  return {
    lastSequence: () => readLastSequence(nc),
    eventAt: (sequence) => readEventAt(nc, sequence),
    openAfter: (after, endOfLog) => new SessionLogReader({ nc, after, endOfLog }),
  };
}
