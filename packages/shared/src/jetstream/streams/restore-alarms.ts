import { JetStreamApiCodes, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { streamNames } from '../../contracts/subjects.ts';
import { leaderInfo } from '../connection/leader-info.ts';

export interface AlarmsExtent {
  readonly firstSequence: number;
  /** One less than the first where there is none. */
  readonly lastSequence: number;
}

/** Undefined when the broker has no ALARMS. */
export async function alarmsExtent(nc: NatsConnection): Promise<AlarmsExtent | undefined> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    const { state } = await leaderInfo(jsm, streamNames.alarms);
    const { messages, first_seq, last_seq } = state;
    return { firstSequence: messages > 0 ? first_seq : last_seq + 1, lastSequence: last_seq };
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
      return undefined;
    throw error;
  }
}
