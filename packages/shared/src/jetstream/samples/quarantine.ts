import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { subjects } from '../../contracts/subjects.ts';

export interface QuarantinedMessage {
  /** Stream that it came from, its subject and its sequence there. */
  readonly stream: string;
  readonly subject: string;
  readonly sequence: number;
  /** Its sequence when it came for the first time, if it was in quarantine before and has been sent again. */
  readonly firstSequence?: number | undefined;
  /** How far its sender's clock was ahead of the broker's, in ms, if it said so. */
  readonly clockAheadMs?: number | undefined;
  readonly reason: string;
  /** As `lost_epoch` of the message in QUARANTINE. */
  readonly lostEpoch?: number | undefined;
  /** Only values of these points are put away; the rest of their sample is stored. */
  readonly pointCodes?: readonly string[] | undefined;
  /** The message's body, or the part of it that could not be processed. */
  readonly body: string;
}

export type Quarantine = (message: QuarantinedMessage) => Promise<void>;

/**
 * Puts away what cannot be processed; returns when it is stored, so that the original may be acknowledged. A message put
 * away again, after a lost answer or by another process, is stored once.
 */
export function jetStreamQuarantine(nc: NatsConnection): Quarantine {
  const js = jetstream(nc);
  return async (message) => {
    const {
      stream,
      subject,
      sequence,
      firstSequence = sequence,
      clockAheadMs,
      reason,
      lostEpoch,
      pointCodes,
      body,
    } = message;
    const time = new Date().toISOString();
    await js.publish(
      subjects.quarantine(stream),
      JSON.stringify({
        v: 1,
        stream,
        subject,
        sequence: firstSequence,
        clock_ahead_ms: clockAheadMs,
        reason,
        lost_epoch: lostEpoch,
        point_codes: pointCodes,
        body,
        time,
      }),
      { msgID: `${stream}/${sequence}` },
    );
  };
}
